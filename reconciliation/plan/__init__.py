"""The plan: what would change in the register tonight, its limits, its approval, and how it is shown."""
