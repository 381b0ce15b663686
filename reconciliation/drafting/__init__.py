"""A first mapping of a file that nobody has mapped yet, for a person to correct."""
