"""The asset groups of a municipality: one per step of the night, so that Dagster's graph shows six boxes before it shows twenty."""

from enum import StrEnum

from reconciliation.model.municipality import Municipality


class Step(StrEnum):
    """In the order of the night."""

    SOURCES = "sources"
    ROWS = "rows"
    DWELLINGS = "dwellings"
    REGISTER = "register"
    PLAN = "plan"
    REPORTS = "reports"


def group(municipality: Municipality, step: Step) -> str:
    """The name of the group that holds that step's assets, e.g. `fjordvik_rows`."""
    return f"{municipality.slug}_{step}"
