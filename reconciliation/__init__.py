"""The heart: standardise, validate, merge, match, plan, apply, and the ledger that remembers. No Dagster here."""
