"""Apply: that very plan, row by row through the journal."""

from reconciliation.apply.adopt_links import adopt
from reconciliation.apply.import_file_hand_over import hand_over, still_to_arrive
from reconciliation.apply.write_plan import apply_plan

__all__ = ["adopt", "apply_plan", "hand_over", "still_to_arrive"]
