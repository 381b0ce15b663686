"""What a municipality's file says about a service over HTTP: how often and how long it is asked, and which service it is."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from connectors.strict_model import Strict


class Paging(Strict):
    """How a service tells where the next rows are. Every page is read, or the read has failed."""

    by: Literal["none", "link", "page", "cursor"] = "none"
    """link: the answer names the next address; page: ask for page after page until one is empty; cursor: the answer
    gives a mark that the next request repeats."""
    next_at: str | None = None
    """link and cursor: path in the answer of the next page's address or mark, e.g. `meta.next`; for link, the `Link` header when blank."""
    parameter: str | None = None
    """page and cursor: the query parameter; `page` or `cursor` when blank."""
    first_page: int = 1
    """Number of the first page."""
    most_pages: int = Field(default=10_000, gt=0)
    """After so many pages the read has failed, since the service seems to repeat itself."""


class Service(Strict):
    """Rate, waits and attempts of the calls to a service over HTTP."""

    connect_timeout: float = Field(default=10, gt=0)
    """Seconds."""
    read_timeout: float = Field(default=60, gt=0)
    """Seconds without an answer."""
    attempts: int = Field(default=4, ge=1)
    """Of each request, when the service is down, busy (429) or fails (5xx)."""
    retry_wait_cap: float = Field(default=30, ge=0)
    """Longest wait in seconds before another attempt, also when the service asks for more."""
    maximum_megabytes: int = Field(default=500, gt=0)
    """Of all answers together."""
    use_system_proxy: bool = False
    """Ask through the proxy that the machine's environment names."""


class AddressService(Service):
    """All addresses of one municipality from Kartverket's open address API, kept in a file between the times it is asked."""

    api: str = Field(pattern=r"^\d{4}$")
    """kommunenummer of today."""
    url: str = "https://ws.geonorge.no/adresser/v1"
    """Address of the service."""
    refresh_days: int = Field(default=30, ge=0)
    """Days after which they are fetched again."""
    maximum_seconds: float = Field(default=1800, gt=0)
    """For all questions together, waits included."""


class OrganisationService(Service):
    """Enhetsregisteret's open API: names of organisations by their numbers, kept between the times it is asked."""

    url: str
    """Address of the service, e.g. https://data.brreg.no/enhetsregisteret/api."""
    refresh_days: int = Field(default=30, ge=0)
    """Days after which a name is asked for again."""
    maximum_seconds: float = Field(default=120, gt=0)
    """For all questions of a night together."""


class StatisticsTable(Service):
    """A table of official statistics in JSON-stat 2: asked for from a PxWeb service, or downloaded by hand to `file`."""

    table: str = Field(pattern=r"^[A-Za-z0-9]{3,12}$")
    """The publisher's id of the table, e.g. "07459"; in quotes, since YAML reads it as a number."""
    file: Path | None = None
    """The table as downloaded by hand, in the format JSON-stat 2. Then nothing is asked for."""
    url: str = "https://data.ssb.no/api/pxwebapi/v2"
    """Address of the service."""
    values: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Dimension -> codes to ask for, e.g. `Region: ["3420"]`, `Alder: ["*"]`."""
    refresh_days: int = Field(default=30, ge=0)
    """Days after which it is fetched again."""
    maximum_seconds: float = Field(default=300, gt=0)
    """For the whole answer, waits included."""
