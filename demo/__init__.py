"""The invented municipality Fjordvik: a seeded generator of legacy systems and their truth. Does not depend on the pipeline."""
