"""Who is at the desk: named by the sign-in proxy, or, on one's own machine, the account that runs it.

Headers that name a person count only together with the proxy's shared secret: anybody who reaches the port can send headers.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.personal_numbers import mask_text
from reconciliation.decisions.answer_checks import LONGEST_NAME
from reconciliation.model.desk_settings import DeskSettings

SECRET, USER, GROUPS = "x-kobosync-proxy-secret", "x-auth-request-user", "x-auth-request-groups"
"""Lower case, as Starlette has them. oauth2-proxy sets the last two (`--set-xauthrequest`)."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """owners: slugs whose cases are theirs; None for all. cleared: may see that a case is of a shielded address.
    approves: may approve parts of the plan.

    decided_as: what the ledger keeps as who decided. alone: no sign-in; the page says so.
    """

    name: str
    decided_as: str
    owners: frozenset[str] | None
    cleared: bool
    approves: bool = False
    alone: bool = False

    @property
    def audits(self) -> bool:
        """May they read who saw shielded cases? Whoever may see all of these themselves."""
        return self.cleared and self.owners is None

    @property
    def sight(self) -> tuple[frozenset[str] | None, bool]:
        """Equal for visitors who may see the same cases and rows."""
        return self.owners, self.cleared

    def may_see(self, owner: str | None, secret: bool) -> bool:
        """May this visitor see a case of that owner? secret: of a shielded address."""
        return (self.owners is None or owner in self.owners) and (self.cleared or not secret)


class Refused(Exception):
    """key: of the text that says why, in the group `desk_refused`."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def visitor_of(headers: Mapping[str, str], settings: DeskSettings | None, secret: str, account: str) -> Visitor:
    """secret: what the proxy must send; empty where there is no proxy, and then the desk serves this machine only.

    Raises Refused: a wrong or missing secret, no user, or a user none of whose groups the municipality's file knows.
    """
    if not secret:
        return Visitor(account, account[:LONGEST_NAME], None, cleared=False, approves=True, alone=True)
    if not hmac.compare_digest(headers.get(SECRET, "").encode(), secret.encode()):
        raise Refused("proxy")
    name = headers.get(USER, "").strip()
    if not name or len(name) > LONGEST_NAME or mask_text(name) != name or not name.isprintable():
        raise Refused("user")
    known = settings.groups if settings else {}
    groups = [group.strip() for group in headers.get(GROUPS, "").split(",")]
    mine = [known[group] for group in groups if group in known]
    if not mine:
        raise Refused("groups")
    owners = frozenset(owner for group in mine for owner in group.owners)
    role = next((group for group in groups if group in known), name)
    decided_as = role if settings is not None and settings.decided_as == "group" else name
    everyone = any(group.all_owners for group in mine)
    return Visitor(
        name,
        decided_as[:LONGEST_NAME],
        None if everyone else owners,
        cleared=any(group.cleared for group in mine),
        approves=any(group.approves for group in mine),
    )
