"""One municipality is one file in config/: its sources, register, categories, owners, deadline and guards."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, PrivateAttr, ValidationError

from connectors.service_config import AddressService, OrganisationService
from connectors.source_config import AnySource
from connectors.strict_model import Strict
from kobo_client.register_config import RegisterConfig
from reconciliation.model import safe_yaml
from reconciliation.model.cross_faults import cross_faults
from reconciliation.model.desk_settings import DeskSettings
from reconciliation.model.key_names import LONGEST, unknown_key
from reconciliation.model.kobo_change_policy import Policy
from reconciliation.model.mapping_check import faults_of
from reconciliation.model.mapping_files import MappingFault, Origin, with_mappings
from reconciliation.model.municipality_parts import Category, Guards, KostraSettings, Needs, Owner, Send, Survivorship
from reconciliation.model.projection_settings import Projection
from reconciliation.model.utf8_text import NotUtf8Error, read_utf8


class Municipality(Strict):
    """One municipality's file, checked. `config/demo.yaml` shows every key."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST)
    """Prefix of its assets, folders and links: a-z, 0-9 and _."""
    name: str
    """As people read it."""
    kommunenummer: str = Field(pattern=r"^\d{4}$")
    """Four digits, in quotes so that no zero is lost."""
    deadline: date
    """When all dwellings shall be in Kobo; may have passed."""
    started: date
    """First day of the work, where the required line begins."""
    schedule: str = "0 2 * * *"
    """When the night starts, as a cron line in `timezone`. A minute between 01:00 and 04:59 of its own when left out."""
    timezone: str = "Europe/Oslo"
    """Of the schedule; also decides which date a night has."""
    language: Literal["nb", "nn"] = "nb"
    """Of all that people open or are sent: bokmål or nynorsk."""
    apply: Literal["auto", "approve", "never"] = "auto"
    """auto: what is inside the limits goes by itself; approve: a person approves each plan; never: only show."""
    ledger: str = "sqlite:///var/ledger.sqlite"
    """SQLAlchemy URL; `${NAME}` from the environment. A relative SQLite path is relative to the home folder."""
    storage: str = "var/tables"
    """Folder or URL where tables between steps are stored."""
    reports: str = "reports"
    """Folder of the reports: <reports>/<slug>/<date>/."""
    reports_copy: str = ""
    """URL (s3://, abfs://, file://) to which each night's reports are copied as well."""
    categories: dict[str, Category]
    """The steps of the housing plan: key -> what people call it and what holds for its dwellings."""
    owners: dict[str, Owner]
    """Who owns the rows of a source: key -> a service, never a person."""
    sources: dict[str, AnySource]
    """One block for each system or list; `kobosync map FILE` drafts one."""
    survivorship: Survivorship
    """Who wins when sources disagree."""
    register_: RegisterConfig = Field(alias="register")
    """Where the register is, how it is seen and written."""
    guards: Guards = Guards()
    """Limits beyond which a plan waits for a person."""
    changed_in_kobo: dict[str, Policy] = Field(default_factory=dict)
    """Field -> what happens when somebody has changed it in Kobo: source (write ours), kobo (keep theirs) or ask. Facts about the
    dwelling are asked when left out."""
    needs: Needs | None = None
    """What the services say they need; nothing is compared when left out."""
    acquisitions: Path | None = None
    """Planned acquisitions and disposals: a .csv or .xlsx file, or a folder of them."""
    desk: DeskSettings | None = None
    """Who sees what at the review desk behind a sign-in (docs/desk.md)."""
    projection: Projection | None = None
    """The need in coming years, computed from public figures (docs/needs-projection.md)."""
    kostra: KostraSettings = KostraSettings()
    """What KOSTRA skjema 13 needs to know beside the register."""
    addresses: tuple[Annotated[Path | AddressService, Field(union_mode="left_to_right")], ...] = ()
    """Kartverket's address CSV of the municipality (and of neighbours it has dwellings in), to check addresses against; or
    `{api: "3420"}`, all addresses of that municipality from Kartverket's address API."""
    postnummerregister: Path | None = None
    """Bring's file "Postnummerregister" as text: then a postnummer that does not exist, or is for post boxes, is a warning."""
    enhetsregisteret: Annotated[OrganisationService | Path | None, Field(union_mode="left_to_right")] = None
    """Where the names of the organisations come from that dwellings are leased from, for the import file: Enhetsregisteret's downloaded
    file (.csv with organisasjonsnummer and navn), or its open API as `{url: https://data.brreg.no/enhetsregisteret/api}`."""
    corrections: Path | None = None
    """Owners' corrections of single values: a .csv or .xlsx with Kilde, Kolonne, Verdi, Betyr, Kommentar."""
    answers: Path | None = None
    """Drop folder for workbooks whose questions people have answered; what is read moves to `mottatt` below it."""
    base_url: str = ""
    """Where people reach the Dagster UI: https://..., for the links in alerts."""
    heartbeat: str = ""
    """URL that is asked after each good night, so that something else notices when none comes; `${NAME}` from the environment."""
    alerts: tuple[str, ...] = ()
    """apprise URLs of those who operate it, alerted once per change of state; `${NAME}` is taken from the environment."""
    send: Send | None = None
    """Data owners who get letters of their own; none when left out."""
    on_new_file: bool = False
    """Start a night as soon as a file of a source is new or changed, not only at its hour."""
    missed_after_hours: float = Field(default=6.0, gt=0)
    """So long after its hour a night that has not ended is missed."""

    _file: str = PrivateAttr(default="")

    @property
    def file(self) -> str:
        """The file as it was named when read, for commands that a message tells people to run."""
        return self._file or f"config/{self.slug}.yaml"


class ConfigurationError(Exception):
    """The file cannot be used; the text says which key, why, and what to do."""


def home_of(config_file: Path) -> Path:
    """The folder that relative paths are relative to."""
    return home_from(config_file.resolve().parent)


def home_from(start: Path) -> Path:
    """The one rule for the home, of commands and of Dagster: KOBOSYNC_HOME, else the nearest folder upwards with a dagster.yaml, else
    the folder itself, or the one above it where it is called config."""
    if "KOBOSYNC_HOME" in os.environ:
        return Path(os.environ["KOBOSYNC_HOME"])
    home = next((folder for folder in (start, *start.parents) if (folder / "dagster.yaml").exists()), None)
    return home or (start.parent if start.name == "config" else start)


def load(config_file: Path) -> Municipality:
    """Read and check one municipality's file. Raises ConfigurationError with one line per fault."""
    try:
        text = read_utf8(config_file)
    except NotUtf8Error as error:
        raise ConfigurationError(str(error)) from error
    except OSError as error:
        raise ConfigurationError(
            f"{config_file}: cannot be read ({error.strerror}). Give the path of a municipality's file, e.g. config/demo.yaml."
        ) from error
    try:
        content = safe_yaml.load_yaml(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{config_file}: is not valid YAML: {error}. Mend that line and run again.") from error
    if not isinstance(content, dict):
        raise ConfigurationError(f"{config_file}: holds no keys. Compare it with config/demo.yaml.")
    try:
        content, origins = with_mappings(config_file, text, content)
        municipality = Municipality.model_validate(content)
    except MappingFault as fault:
        raise ConfigurationError(str(fault)) from fault
    except ValidationError as error:
        faults = "\n".join(f"{_placed(config_file, origins, fault['loc'])}: {_words(fault)}." for fault in error.errors())
        raise ConfigurationError(f"{faults}\nCompare with config/demo.yaml, where every key is explained.") from error

    def place(name: str, field: str) -> str:
        return _placed(config_file, origins, ("sources", name, municipality.sources[name].kind, "fields", field))

    mappings = (
        message for name, source in municipality.sources.items() for message in faults_of(name, source, municipality.categories, place)
    )
    if contradictions := [*(f"{config_file}: {message}" for message in cross_faults(municipality)), *mappings]:
        raise ConfigurationError("\n".join(contradictions))
    home = home_of(config_file)
    resolved = config_file.resolve()
    municipality._file = str(resolved.relative_to(home)) if resolved.is_relative_to(home) else str(config_file)
    return municipality


def must_have_sources(municipality: Municipality) -> None:
    """A file may lack sources while it is being written; no night can run on it. Raises ConfigurationError."""
    if not municipality.sources:
        raise ConfigurationError(
            f"{municipality.file}: sources: there is none yet, so there is nothing to run. Draft one: kobosync map FILE"
        )


_READ_AS = {bool: "yes or no", int: "a number", float: "a number", date: "a date", datetime: "a time"}


def _words(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "string_type" and isinstance(fault["input"], (bool, int, float, date)):
        return f"YAML reads this as {_READ_AS[type(fault['input'])]}, and it is text; put it in quotes"
    if fault["type"] != "extra_forbidden":
        return str(fault["msg"])
    models = (Municipality, Category, Owner, Survivorship, Guards, Needs, KostraSettings, Send, RegisterConfig)
    return unknown_key(str(fault["loc"][-1]), [about.alias or name for model in models for name, about in model.model_fields.items()])


def _placed(config_file: Path, origins: Mapping[str, Origin], at: Sequence[object]) -> str:
    """File and key of a fault: in the mapping file, with its line, where it is that file which says it."""
    if len(at) > 2 and at[0] == "sources":
        name, within = str(at[1]), at[3:]
        if name in origins and (line := origins[name].line(within)) is not None:
            return f"{origins[name].file}, line {line}: {'.'.join(str(part) for part in within)}"
        at = ("sources", name, *within)
    return f"{config_file}: {'.'.join(str(part) for part in at)}"
