"""May these two rows be one home? Comparisons and candidate pairs, used by merging and matching alike."""
