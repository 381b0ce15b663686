"""Reading legacy sources: files, databases and services become raw rows with their place. Does not depend on the register."""
