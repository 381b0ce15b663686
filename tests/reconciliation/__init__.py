"""Tests of the rooms in reconciliation/, one folder per room."""
