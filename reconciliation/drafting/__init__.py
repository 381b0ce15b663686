"""A first mapping of a new file, for a person to correct."""
