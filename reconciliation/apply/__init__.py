"""Apply: that very plan, row by row through the journal."""

from reconciliation.apply.adopt import adopt
from reconciliation.apply.handing_over import awaited, hand_over
from reconciliation.apply.plan import apply_plan, resume

__all__ = ["adopt", "apply_plan", "awaited", "hand_over", "resume"]
