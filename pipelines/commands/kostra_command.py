"""`kobosync kostra`: the numbers of KOSTRA skjema 13 from the last night's tables, with the rows behind each."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table as Shown

from assets.stored_table import Table, table_base
from assets.table_io import EarlierTables
from language import using_language
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import Municipality, home_of, load
from reconciliation.model.tables import DWELLINGS, conformed
from reporting.housing_stock import stock_year
from reporting.kostra import NEAREST_DAYS, RULES, Kostra, count_kostra
from reporting.kostra_workbook import write_kostra

TABLES = ("dwellings", "plan", "rejected_rows", "out_of_scope_rows")
_ENGLISH = {
    "i_alt": "dwellings at the municipality's disposal",
    "eid": "owned",
    "innleid": "leased in",
    "disposisjonsrett": "private, with right of disposal",
    "ikke_oppgitt": "tenure not stated",
}


def run_kostra(config: Path, as_of: date | None, out: Path | None) -> int:
    """2 when the date is no 31 December; 1 when no night is near it, or the workbook cannot be written."""
    municipality = load(config)
    if as_of is None or (as_of.month, as_of.day) != (12, 31):
        print("--as-of must be a 31 December, e.g. 2023-12-31: KOSTRA counts dwellings as of that date.", file=sys.stderr)
        return CONFIGURATION
    home = home_of(config)
    night, tables, moved = _last_tables(municipality, home)
    missing = [name for name in TABLES if name not in tables]
    if night is None or missing:
        print(f"No night has left its tables yet. Run `kobosync night {config} --as-of {as_of}` first.", file=sys.stderr)
        return FAILED
    if abs((night - as_of).days) > NEAREST_DAYS:
        print(
            f"The last night is {night}, {abs((night - as_of).days)} days from {as_of}: too far to tell of it. Take the workbook that the "
            f"night of {as_of} left in its report folder, or put that date's sources in place and run "
            f"`kobosync night {config} --as-of {as_of} --apply never` first.",
            file=sys.stderr,
        )
        return FAILED
    frames = {name: tables[name].frame for name in TABLES}
    frames["dwellings"] = conformed(frames["dwellings"], DWELLINGS)
    counted = count_kostra(
        municipality,
        frames["dwellings"],
        frames["plan"],
        frames["rejected_rows"],
        frames["out_of_scope_rows"],
        night=night,
        as_of=as_of,
    )
    target = out or home / municipality.reports / municipality.slug / f"kostra-skjema13-{as_of.year}.xlsx"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with using_language(municipality.language):
            write_kostra(target, municipality, counted, stock_year(moved, municipality, as_of.year, as_of))
    except OSError as error:
        print(f"{target}: cannot be written ({error.strerror or error}). Give another place with --out.", file=sys.stderr)
        return FAILED
    _show(municipality, counted, target)
    return DONE


def _last_tables(municipality: Municipality, home: Path) -> tuple[date | None, dict[str, Table], pl.DataFrame]:
    """The date of the newest run, the tables it left, and every movement of the stock."""
    with closing(open_ledger(municipality.ledger, home)) as ledger:
        nights = ledger.runs(municipality.slug).get_column("as_of").to_list()
        moved = ledger.movements(municipality.slug)
    store = EarlierTables(base=table_base(municipality, home))
    tables = {name: table for name in TABLES if (table := store.last(municipality.slug, name)) is not None}
    return (nights[-1] if nights else None), tables, moved


def _show(municipality: Municipality, kostra: Kostra, target: Path) -> None:
    table = Shown(title=f"{municipality.name}, KOSTRA skjema 13 as of {kostra.as_of}", title_justify="left", show_header=False)
    for rule in RULES:
        if rule.code in _ENGLISH:
            table.add_row(_ENGLISH[rule.code], str(kostra.counts[rule.code]))
    console = Console()
    console.print(table)
    if kostra.days_off:
        console.print(
            f"Counted from the night of {kostra.night}, {kostra.days_off} days from {kostra.as_of}.", style="yellow", highlight=False
        )
    console.print(f"Workbook: {target}", highlight=False, markup=False, soft_wrap=True)
