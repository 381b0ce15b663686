"""Merge: one dwelling out of the rows that several systems hold of it."""

from reconciliation.merge.merging import Merged, merge

__all__ = ["Merged", "merge"]
