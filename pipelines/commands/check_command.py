"""`kobosync check`: everything a night needs, tried without changing anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from rich.table import Table

from kobo_client.authentication import expiry_notice
from kobo_client.client import RegisterClient
from kobo_client.errors import RegisterError
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running
from kobo_client.snapshot import RegisterSnapshot, read_register
from language import rendered
from pipelines.commands.output import console, print_json
from pipelines.commands.source_checks import source_checks
from pipelines.deployment_clashes import compatible_municipalities
from pipelines.environment_variables import unset_variables
from pipelines.exit_codes import DONE, FAILED
from pipelines.home import config_files, municipalities
from reconciliation.ledger import LedgerError
from reconciliation.ledger.migrations import HEAD
from reconciliation.ledger.read_only import look_at_ledger
from reconciliation.model.municipality import ConfigurationError, Municipality, home_of, load
from reconciliation.reading.corrections import read_corrections
from reconciliation.reading.official_addresses import official_addresses
from reconciliation.reading.postnummer_register import read_postnummer_register

SEEN = 20
"""Linked entries that a check reads."""


def run_check(config: Path, as_json: bool = False) -> int:
    """One line per part; 1 when a part is not as it must be. Nothing is written, made or migrated."""
    municipality = load(config)
    root = home_of(config)
    table = Table("part", "state", "says", title=f"{municipality.name}: {config}")
    fine, checks = True, []
    for part, good, says in _parts(municipality, root):
        checks.append({"part": part, "ok": good, "says": says})
        table.add_row(part, "ok" if good else "NOT OK", says)
        fine = fine and good
    if as_json:
        print_json(checks)
    else:
        console().print(table)
    return DONE if fine else FAILED


def _parts(municipality: Municipality, root: Path) -> Iterator[tuple[str, bool, str]]:
    yield "home", True, str(root.resolve())
    yield "configuration", True, f"sources: {len(municipality.sources)}, deadline {municipality.deadline}"
    yield from _deployment(municipality, root)
    if not municipality.sources:
        yield "sources", False, "None yet. Draft one from a file: kobosync map FILE"
    if not_set := unset_variables(municipality):
        missing = ", ".join(f"{name} ({key})" for name, key in not_set.items())
        yield "environment", False, f"Not set here: {missing}. Set each where the nights run, and here to try it."
    yield from source_checks(municipality, root)
    if municipality.corrections:
        corrections = read_corrections(municipality, root)
        usable = f"{sum(map(len, corrections.meanings.values()))} values corrected"
        yield "corrections", not corrections.faults, " ".join(map(rendered, corrections.faults)) or usable
    if municipality.addresses or municipality.postnummerregister:
        yield _addresses(municipality, root)
    state, good, linked = _ledger(municipality, root)
    yield "ledger", good, state
    # A few entries show whether the answers still follow the contract.
    yield _register(municipality, root, linked[:SEEN])
    yield from _keys(municipality)


def _ledger(municipality: Municipality, root: Path) -> tuple[str, bool, list[str]]:
    """The ledger's state in words, whether it is right, and the linked koboIds."""
    try:
        ledger, revision = look_at_ledger(municipality.ledger, root)
        if ledger is None:
            if revision is None:
                return "There is none yet; the first night makes it.", True, []
            return f"Its revision is {revision}: kobosync upgrade {municipality.file} (or the next night) brings it to {HEAD}.", True, []
        with closing(ledger):
            linked = ledger.links(municipality.slug).get_column("kobo_id").to_list()
    except LedgerError as error:
        return str(error), False, []
    return f"{len(linked)} dwellings linked to the register", True, linked


def _deployment(municipality: Municipality, root: Path) -> Iterator[tuple[str, bool, str]]:
    """Does it load beside the other files of its folder, as Dagster loads them?"""
    beside = [file for file in config_files((root / municipality.file).parent) if file != root / municipality.file]
    others, _ = municipalities(beside)
    if other := others.get(municipality.slug):
        yield "deployment", False, f"slug {municipality.slug} is that of {other.file}. Give each municipality a slug of its own."
        return
    _, faults = compatible_municipalities([*others.values(), municipality], root)
    if says := faults.get(municipality.slug):
        yield "deployment", False, says


def _addresses(municipality: Municipality, root: Path) -> tuple[str, bool, str]:
    try:
        official = official_addresses(municipality, root)
        read_postnummer_register(municipality, root)
    except ConfigurationError as error:
        return "addresses", False, str(error)
    streets = len(official.register.streets) if official.register else 0
    return "addresses", not official.notes, " ".join(map(rendered, official.notes)) or f"{streets} streets"


def _keys(municipality: Municipality) -> Iterator[tuple[str, bool, str]]:
    """Warns weeks before a certificate expires."""
    try:
        notice = expiry_notice(municipality.register_)
    except RegisterError as error:
        yield "key", False, str(error)
        return
    if notice:
        yield "key", False, notice


def _register(municipality: Municipality, root: Path, linked: Sequence[str]) -> tuple[str, bool, str]:
    register = municipality.register_
    try:
        if register.kind == "rehearsal":
            with TemporaryDirectory() as folder, rehearsal_running(_aside(register, root, Path(folder)), root) as address:
                seen = _ask(municipality, root, address, linked)
        else:
            seen = _ask(municipality, root, register.base_url, linked)
    except RegisterError as error:
        return "register", False, str(error)
    answers = f"{register.base_url} answers ({register.kind}, {register.environment})"
    return "register", seen.message is None, seen.message or " ".join((answers + ".", *seen.notes))


def _aside(register: RegisterConfig, root: Path, folder: Path) -> RegisterConfig:
    """The rehearsal register itself where it runs; otherwise one on a copy of its database, so that nothing is made or changed."""
    parts = urlsplit(register.base_url)
    with socket() as probe:
        probe.settimeout(1)
        if parts.port and probe.connect_ex((parts.hostname or "127.0.0.1", parts.port)) == 0:
            return register
    if register.database is None:
        return register
    copy = folder / "rehearsal.sqlite"
    for ending in ("", "-wal"):  # no process uses it, so both files are in a consistent state
        if (beside := Path(f"{root / register.database}{ending}")).exists():
            shutil.copyfile(beside, f"{copy}{ending}")
    return register.model_copy(update={"database": copy})


def _ask(municipality: Municipality, root: Path, address: str, linked: Sequence[str]) -> RegisterSnapshot:
    register = municipality.register_.model_copy(update={"base_url": address})
    with RegisterClient(register) as client:
        return read_register(client, register, linked, root)
