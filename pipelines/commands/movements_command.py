"""`kobosync movements`: the year's movements of the stock of dwellings, from the ledger, with the dwellings behind each number."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table as Shown

from assets.stored_table import last_table, table_base
from language import using_language
from pipelines.exit_codes import DONE, FAILED
from reconciliation.ledger import open_ledger
from reconciliation.model import tables
from reconciliation.model.municipality import Municipality, home_of, load
from reporting.housing_stock import COLUMNS, StockYear, stock_year
from reporting.housing_stock_workbook import category_words, write_stock


def run_movements(config: Path, year: int | None, as_of: date | None, out: Path | None) -> int:
    """year: of as_of, or of the newest night, when left out. 1 when the ledger has nothing for it, or the workbook cannot be written."""
    municipality, home = load(config), home_of(config)
    with closing(open_ledger(municipality.ledger, home)) as ledger:
        moved = ledger.movements(municipality.slug)
        nights = ledger.history(municipality.slug).get_column("as_of").to_list()
    newest = nights[-1] if nights else None
    asked = year or (as_of or newest or date.min).year
    until = min(as_of or date(asked, 12, 31), newest or date.min)
    table = stock_year(moved, municipality, asked, until)
    if table is None:
        dates = moved.get_column("as_of").to_list()
        known = f"it begins on {dates[0]}" if dates else f"run `kobosync night {config}` first"
        print(f"The ledger knows no movement of {asked}: {known}.", file=sys.stderr)
        return FAILED
    made = last_table(table_base(municipality, home), municipality.slug, "dwellings")
    dwellings = tables.empty(tables.DWELLINGS) if made is None else tables.conformed(made.frame, tables.DWELLINGS)
    target = out or home / municipality.reports / municipality.slug / f"boligmassen-{asked}.xlsx"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with using_language(municipality.language):
            write_stock(target, municipality, [table], dwellings)
    except OSError as error:
        print(f"{target}: cannot be written ({error.strerror or error}). Give another place with --out.", file=sys.stderr)
        return FAILED
    _show(municipality, table, target)
    return DONE


def _show(municipality: Municipality, year: StockYear, target: Path) -> None:
    happened = [name for name in COLUMNS if any(line.moved[name] for line in year.lines)]
    began = f"start {year.started or date(year.year, 1, 1)}"
    table = Shown("category", "tenure", began, *(name.replace("_", " ") for name in happened), f"end {year.until}")
    with using_language(municipality.language):
        for line in year.lines:
            numbers = (line.opening, *(line.moved[name] for name in happened), line.closing)
            table.add_row(category_words(line.category, municipality), line.tenure, *map(str, numbers))
    total = year.total
    table.add_section()
    table.add_row("in all", "", *map(str, (total.opening, *(total.moved[name] for name in happened), total.closing)))
    console = Console()
    console.print(table)
    if year.started:
        console.print(f"The sources were first read on {year.started}: how many there were on 1 January is not known.", style="yellow")
    console.print(f"Workbook: {target}", highlight=False, markup=False, soft_wrap=True)
