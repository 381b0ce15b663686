"""The invented municipality Fjordvik: a seeded generator of legacy systems and their truth. Knows nothing of the pipeline."""
