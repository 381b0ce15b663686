"""Legacy sources in: files and databases become raw rows that keep their place. Knows nothing of the register."""
