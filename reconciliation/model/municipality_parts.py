"""The parts of a municipality's file: categories, owners, survivorship, guards, needs, KOSTRA, letters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from connectors.strict_model import Strict


class Category(Strict):
    """A step of the housing plan's staircase."""

    title: str
    """As people read it, bokmål."""
    in_scope: bool = True
    """Are its dwellings let, and so Kobo's? An institution's places are not."""
    boligtype: str | None = None
    """Boligtype of its dwellings when the source does not say."""
    basis: str = ""
    """Basis of allocation (law or local regulation), bokmål."""
    tenancy: str = ""
    """Which law the lease is under, bokmål."""
    staffing: str = ""
    """As people read it, bokmål."""
    er_dognbemannet: bool | None = None
    """Whether its dwellings are staffed round the clock, when the source does not say."""
    har_personalbase: bool | None = None
    """Whether its dwellings have a staff base, when the source does not say."""
    legal_duty: bool = False
    """Must the municipality offer it by law? Such needs come first in the list to HØP (`needs.order`)."""
    baseline: int | None = None
    """How many the plan counted."""


class Owner(Strict):
    """A data owner: a service, never a person."""

    title: str
    """As people read it, bokmål."""


class Survivorship(Strict):
    """Who wins a field when sources disagree: the first source listed that has a value, then the newest."""

    default: tuple[str, ...]
    """Sources, the best one first; for every field that `fields` does not name."""
    fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Field -> sources, the best one first."""


class Guards(Strict):
    """Limits beyond which a plan is stored and shown, and not applied."""

    retire_after_nights: int = Field(default=2, ge=1)
    """Gone from every complete read on so many different dates before it is retired."""
    maximum_retire_share: float = Field(default=0.05, ge=0, le=1)
    """Of what is in the register."""
    maximum_retire_count: int = 50
    """Retirements in one night."""
    maximum_update_share: float = Field(default=0.3, ge=0, le=1)
    """Of what is in the register."""
    maximum_update_count: int = 500
    """Updates in one night."""
    maximum_create_share: float = Field(default=10.0, ge=0)
    """Creates as a share of what is in the register; sudden growth."""
    floor: int = 10
    """Up to this many of a kind are always allowed."""
    parts: Literal["source", "category", "source_and_category"] = "source"
    """What a plan's parts are made by: each kind of change of each has its own limit, digest and approval."""


class Needs(Strict):
    """What the services say they need: filled-in workbooks that `kobosync needs template` made."""

    path: Path
    """A workbook, or a folder of them."""
    services: tuple[str, ...] = ()
    """Owners who must answer; everyone in `owners` when left out."""
    order: tuple[Literal["legal_duty", "urgency", "persons_per_krone"], ...] = ("legal_duty", "urgency", "persons_per_krone")
    """How the list to HØP is sorted after what is overdue; then comes where most is missing."""
    groups: dict[str, int] = Field(default_factory=dict)
    """Who needs municipal dwellings, as the municipality's own counts: title -> households or persons. Never a name."""


class KostraSettings(Strict):
    """What the register's values do not tell of KOSTRA skjema 13, and the municipality knows."""

    right_of_disposal: tuple[str, ...] = ()
    """Organisation numbers of private owners, and ids of dwellings, where the municipality only decides who is let in."""
    municipal_company: Literal["leased", "owned"] = "leased"
    """How a dwelling let through a kommunalt foretak counts; the register calls it leased in."""


class Send(Strict):
    """What each data owner is sent when their list of deviations and questions has changed."""

    owners: dict[str, Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]] = Field(default_factory=dict)
    """Owner -> the environment variable that holds the apprise URL (several with a space between); never the URL itself."""
    workbook: bool = False
    """Attach the owner's workbook. It holds addresses, so `addresses` must be true too."""
    addresses: bool = False
    """The message may quote what is in the rows; otherwise it holds counts and a link only."""
    link: str = ""
    """Where owners reach the folder `reports`: https://..., or a file share. The path on this machine when left out."""
