"""Apply: that very plan, row by row through the journal."""

from reconciliation.apply.adopt_links import adopt
from reconciliation.apply.import_file_hand_over import awaited, hand_over
from reconciliation.apply.write_plan import apply_plan, resume

__all__ = ["adopt", "apply_plan", "awaited", "hand_over", "resume"]
