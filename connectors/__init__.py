"""Legacy sources in: files and databases become raw rows that keep their place. Does not depend on the register."""
