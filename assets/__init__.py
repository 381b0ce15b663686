"""What a night makes, as Dagster assets and checks. Thin: no rule lives here."""
