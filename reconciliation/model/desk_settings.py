"""Who may do what at the review desk (`desk` in a municipality's file)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from connectors.strict_model import Strict


class DeskGroup(Strict):
    """What members of one sign-in group may see and do."""

    owners: tuple[str, ...] = ()
    """Data owners (see `owners`) whose cases are theirs."""
    all_owners: bool = False
    """Every owner's cases."""
    approves: bool = False
    """May approve parts of the plan that wait for a person."""
    cleared: bool = False
    """May see cases of shielded addresses. The address itself is never shown."""


class DeskSettings(Strict):
    """The sign-in proxy's groups, and what the ledger keeps as who decided."""

    groups: dict[str, DeskGroup] = Field(default_factory=dict)
    """Group of the sign-in -> what its members see. Members of no group see nothing."""
    url: str = ""
    """Where owners open the desk, e.g. https://kobosync.example; their letters link to their list there. None without one."""
    decided_as: Literal["user", "group"] = "user"
    """`group`: decisions are signed with the group's name, where the municipality wants roles and no persons."""
