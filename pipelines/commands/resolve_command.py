"""`kobosync resolve`: any list of addresses against the official register. Nothing of the list is sent anywhere or kept."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from language import message, rendered, text
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED

if TYPE_CHECKING:
    from connectors.service_config import AddressService

_API = "api:"
ApiUrl = Annotated[
    str, typer.Option("--address-api", envvar="KOBOSYNC_ADDRESS_API", help="Where the address API is, if not at Kartverket's own address.")
]


def resolve(
    listing: Annotated[Path, typer.Argument(metavar="LIST", help="The list: .csv or .xlsx.")],
    column: Annotated[str, typer.Option("--column", help="The column that holds the addresses.")],
    addresses: Annotated[
        list[str],
        typer.Option(
            "--addresses", help="Kartverket's address CSV of the municipality, or api:KOMMUNENUMMER to fetch it. Repeat for several."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The file to write: .csv or .xlsx.")],
    postnummer_column: Annotated[str, typer.Option("--postnummer-column", help="The column of the postnummer, if it has its own.")] = "",
    poststed_column: Annotated[str, typer.Option("--poststed-column", help="The column of the poststed, if it has its own.")] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="The workbook's sheet. Default: the first with that column.")] = "",
    url: ApiUrl = "",
) -> None:
    """Check a list of addresses against Kartverket's: resolved, suggested, ambiguous, outside or not_an_address."""
    from connectors.read_faults import FAULTS, SourceFault, say  # noqa: PLC0415
    from pipelines.commands.resolve_list import ListError  # noqa: PLC0415
    from reconciliation.addresses.kartverket_file import AddressFileError  # noqa: PLC0415

    try:
        files, notes = _files(addresses, url)
        print(_resolve(listing, sheet, (column, postnummer_column, poststed_column), files, out))
        for note in notes:
            print(note, file=sys.stderr)
    except (ListError, AddressFileError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(CONFIGURATION) from error
    except SourceFault as fault:
        print(rendered(say(FAULTS[fault.code], **fault.values)[1]), file=sys.stderr)
        raise typer.Exit(FAILED) from fault
    except OSError as error:
        print(text("lists.not_written", file=out.name), file=sys.stderr)
        raise typer.Exit(FAILED) from error
    raise typer.Exit(DONE)


def addresses(
    kommunenummer: Annotated[str, typer.Argument(help="The municipality's number as it is today, e.g. 3420.")],
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write, for `--addresses` and for `addresses:` in a config.")],
    url: ApiUrl = "",
    system_proxy: Annotated[bool, typer.Option("--system-proxy", help="Go through the proxy of this machine.")] = False,
) -> None:
    """Fetch all official addresses of a municipality from Kartverket's address API, as one CSV file."""
    from connectors.address_service import UNIT, fetch_addresses  # noqa: PLC0415
    from connectors.read_faults import FAULTS, SourceFault, say  # noqa: PLC0415
    from reconciliation.addresses.kartverket_cache import write_addresses  # noqa: PLC0415

    try:
        frame = fetch_addresses(_service(kommunenummer, url, system_proxy=system_proxy))
        write_addresses(frame, out)
    except SourceFault as fault:
        print(rendered(say(FAULTS[fault.code], **fault.values)[1]), file=sys.stderr)
        raise typer.Exit(FAILED) from fault
    print(text("lists.fetched", count=frame.height, kommunenummer=kommunenummer, file=out), text("lists.credit"))
    if frame[UNIT].is_null().all():
        print(text("lists.no_units_fetched"))
    raise typer.Exit(DONE)


def _service(kommunenummer: str, url: str, *, system_proxy: bool = False) -> AddressService:
    from connectors.service_config import AddressService  # noqa: PLC0415

    if not re.fullmatch(r"\d{4}", kommunenummer):
        raise typer.BadParameter(f"{kommunenummer!r} is no kommunenummer; write four digits.")
    settings = {"url": url} if url else {}
    return AddressService.model_validate({"api": kommunenummer, "use_system_proxy": system_proxy, **settings})


def _files(named: list[str], url: str) -> tuple[list[Path], list[str]]:
    """Files as named, and for `api:NNNN` the file that was fetched, with what there is to say of its age."""
    from pipelines.home import home  # noqa: PLC0415
    from reconciliation.addresses.kartverket_cache import FOLDER, CachedAddresses, kept_addresses  # noqa: PLC0415

    today = datetime.now().astimezone().date()
    kept = [
        kept_addresses(_service(name.removeprefix(_API), url), home() / FOLDER, today)
        if name.startswith(_API)
        else CachedAddresses(Path(name))
        for name in named
    ]
    credit = [text("lists.credit")] if any(name.startswith(_API) for name in named) else []
    return [file.path for file in kept], [*(rendered(file.note) for file in kept if file.note), *credit]


def _resolve(listing: Path, sheet: str, columns: tuple[str, str, str], addresses: list[Path], out: Path) -> str:
    import polars as pl  # noqa: PLC0415

    from pipelines.commands.resolve_list import ListError, checked_heading, read_list, verdicts_of_bad_lines, with_verdicts, write_list  # noqa: PLC0415
    from reconciliation.addresses.address_register import load_register  # noqa: PLC0415
    from reconciliation.addresses.resolve_column import resolve_column  # noqa: PLC0415
    from reconciliation.addresses.verdicts import Resolution  # noqa: PLC0415

    if out.suffix.casefold() not in (".csv", ".xlsx"):
        raise ListError(message("lists.out_suffix", suffix=out.suffix))
    if out.resolve() in {path.resolve() for path in (listing, *addresses)}:
        raise ListError(message("lists.out_is_read", file=out.name))
    read = read_list(listing, [column for column in columns if column], sheet)
    cells, code, place = (read.rows[checked_heading(read, column)] if column else None for column in columns)
    assert cells is not None  # the first is required
    resolved = resolve_column(load_register(addresses), cells, code, place)
    in_words = pl.Series("reason", [rendered(reason) or None for reason in resolved["reason"]], dtype=pl.String)
    verdicts = verdicts_of_bad_lines(resolved.with_columns(in_words), read)
    write_list(with_verdicts(read.rows, verdicts), out, read.separator)
    verdict_counts = {str(verdict): int((verdicts["verdict"] == verdict).sum()) for verdict in Resolution}
    counts = [f"{name} {number}" for name, number in verdict_counts.items()]
    lines = [text("lists.resolved", file=listing.name, rows=verdicts.height, read_as=read.note, counts=counts)]
    if read.others:
        lines.append(text("lists.other_sheets_addresses", sheets=[f"«{other}»" for other in read.others]))
    if read.masked:
        lines.append(text("lists.masked", count=read.masked, file=out.name))
    if read.bad:
        lines.append(text("lists.bad_lines", count=len(read.bad), first=next(iter(read.bad.values()))))
    return "\n".join([*lines, text("lists.written", file=out)])
