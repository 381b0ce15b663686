"""`kobosync desk`: the review desk in the browser, on 127.0.0.1."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PurePath

import polars as pl
import uvicorn
from upath import UPath

from assets.answer_assets import USED, asked
from assets.lost_ledger import open_known_ledger
from assets.stored_table import Table, last_table, table_base
from desk.desk_app import Desk, desk_app
from desk.night_view import NightView, SourcePlace
from pipelines.exit_codes import CONFIGURATION, DONE
from reconciliation.ledger import Ledger
from reconciliation.model.municipality import Municipality, home_of, load
from reconciliation.model.shielding import is_shielded

SECRET_VARIABLE = "KOBOSYNC_DESK_PROXY_SECRET"  # noqa: S105 - the name of a variable, not a secret
LEAST_SECRET = 16
MORE = ("rejected_rows",)


def run_desk(config: Path, port: int, host: str) -> int:
    """Serve the desk until interrupted. 2 when the address or the secret cannot be used."""
    municipality, home = load(config), home_of(config)
    secret = os.environ.get(SECRET_VARIABLE, "")
    if fault := _misuse(secret, host):
        print(fault, file=sys.stderr)
        return CONFIGURATION
    with closing(open_known_ledger(municipality, home)) as ledger:
        desk = Desk(municipality, ledger, night_loader(municipality, home, ledger), secret, getpass.getuser())
        print(f"Review desk of {municipality.name}: http://{host}:{port}/  (stop with Ctrl-C)")
        uvicorn.run(desk_app(desk), host=host, port=port, log_level="warning", access_log=False, limit_concurrency=200)
    return DONE


def _misuse(secret: str, host: str) -> str | None:
    if secret and len(secret) < LEAST_SECRET:
        return f"{SECRET_VARIABLE} has fewer than {LEAST_SECRET} characters; anybody could guess it. Make a longer one."
    if not secret and host not in ("127.0.0.1", "localhost", "::1"):
        return f"--host={host} can be reached by others, and nobody is asked who they are. Put a sign-in before it; set {SECRET_VARIABLE}."
    return None


def night_loader(municipality: Municipality, home: Path, ledger: Ledger) -> Callable[[], NightView]:
    """The last night, read again only when its plan was stored anew; decisions are read each time."""
    base = table_base(municipality, home)
    kept: dict[str, tuple[str, dict[str, Table]]] = {}

    def tables() -> dict[str, Table]:
        mark = _mark(UPath(base).joinpath(municipality.slug, "plan.parquet"))
        if "night" not in kept or kept["night"][0] != mark:
            found = {name: last_table(base, municipality.slug, name) for name in (*USED, *MORE)}
            kept["night"] = mark, {name: table for name, table in found.items() if table is not None}
        return kept["night"][1]

    def view() -> NightView:
        made = tables()
        running = ledger.held_by(municipality.slug) is not None
        decisions = ledger.decisions(municipality.slug)
        rejected = _rejected(made.get("rejected_rows"))
        plan = made.get("plan")
        if set(USED) - set(made) or plan is None or plan.facts.get("register_verdict") != "complete":
            return NightView(municipality, None, rejected=rejected, decisions=decisions, running=running)
        night = asked(made, ledger, municipality.slug)
        runs = ledger.runs(municipality.slug).filter(pl.col("run_id") == plan.made_by)
        return NightView(
            municipality,
            runs.item(0, "as_of") if runs.height else None,
            night.questions,
            night.sources,
            _places(made, {question.dwelling for question in night.questions}),
            rejected,
            decisions,
            running,
        )

    return view


def _mark(path: UPath) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_mtime}|{found.st_size}"


def _places(made: dict[str, Table], wanted: set[str]) -> dict[str, list[SourcePlace]]:
    """Where the rows of each dwelling stand; of a shielded one the source alone."""
    dwellings = made["dwellings"].frame.filter(pl.col("leverandor_bolig_id").is_in(sorted(wanted)))
    keys = dwellings.select("leverandor_bolig_id", key="source_keys", secret=is_shielded()).explode("key")
    rows = made["standing_rows"].frame.with_columns(key=pl.format("{}:{}", "source", "source_key"))
    found: dict[str, list[SourcePlace]] = {}
    joined = keys.join(rows.select("key", "source", "file", "sheet", "row"), on="key").sort("leverandor_bolig_id", "key")
    for dwelling, _, secret, source, file, sheet, row in joined.iter_rows():
        place = SourcePlace(source, None, None, None) if secret else SourcePlace(source, file and PurePath(file).name, sheet, row)
        found.setdefault(dwelling, []).append(place)
    return found


def _rejected(rows: Table | None) -> dict[str, int]:
    if rows is None or "owner" not in rows.frame.columns:
        return {}
    return dict(rows.frame.group_by("owner").len().sort("owner").iter_rows())
