"""`kobosync resolve`: any list of addresses against the official register. Nothing is sent anywhere, nothing is kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.exit_codes import CONFIGURATION, DONE, FAILED


def resolve(
    listing: Annotated[Path, typer.Argument(metavar="LIST", help="The list: .csv or .xlsx.")],
    column: Annotated[str, typer.Option("--column", help="The column that holds the addresses.")],
    addresses: Annotated[list[Path], typer.Option("--addresses", help="Kartverket's address CSV of the municipality. Repeat for several.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write: .csv or .xlsx.")],
    postnummer_column: Annotated[str, typer.Option("--postnummer-column", help="The column of the postnummer, if it has its own.")] = "",
    poststed_column: Annotated[str, typer.Option("--poststed-column", help="The column of the poststed, if it has its own.")] = "",
) -> None:
    """Check a list of addresses against Kartverket's: resolved, suggested, ambiguous, outside or not_an_address."""
    from connectors.faults import FAULTS, SourceFault, say  # noqa: PLC0415
    from pipelines.resolve_list import ListError  # noqa: PLC0415
    from reconciliation.addresses.official import AddressFileError  # noqa: PLC0415

    try:
        print(_resolve(listing, column, addresses, out, postnummer_column, poststed_column))
    except (ListError, AddressFileError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(CONFIGURATION) from error
    except SourceFault as fault:
        print(say(FAULTS[fault.code], **fault.values)[1], file=sys.stderr)
        raise typer.Exit(FAILED) from fault
    except OSError as error:
        print(f"{out.name} kan ikke skrives. Lukk filen hvis den er åpen, og sjekk at mappen finnes.", file=sys.stderr)
        raise typer.Exit(FAILED) from error
    raise typer.Exit(DONE)


def _resolve(listing: Path, column: str, addresses: list[Path], out: Path, postnummer_column: str, poststed_column: str) -> str:
    from pipelines.resolve_list import ListError, heading_of, read_list, verdicts_of_bad_lines, with_verdicts, write_list  # noqa: PLC0415
    from reconciliation.addresses.columns import resolve_column  # noqa: PLC0415
    from reconciliation.addresses.register import load_register  # noqa: PLC0415
    from reconciliation.addresses.verdicts import Resolution  # noqa: PLC0415

    if out.suffix.casefold() not in (".csv", ".xlsx"):
        raise ListError(f"--out må slutte på .csv eller .xlsx, ikke «{out.suffix}».")
    if out.resolve() in {path.resolve() for path in (listing, *addresses)}:
        raise ListError(f"--out er den samme filen som {out.name} som leses. Gi resultatet et annet navn.")
    read = read_list(listing, column)
    texts = read.rows[heading_of(read, column)]
    code = read.rows[heading_of(read, postnummer_column)] if postnummer_column else None
    place = read.rows[heading_of(read, poststed_column)] if poststed_column else None
    verdicts = verdicts_of_bad_lines(resolve_column(load_register(addresses), texts, code, place), read)
    write_list(with_verdicts(read.rows, verdicts), out, read.separator)
    found = {str(verdict): int((verdicts["verdict"] == verdict).sum()) for verdict in Resolution}
    lines = [
        f"{listing.name}: {verdicts.height} rader ({read.note}). " + ", ".join(f"{name} {number}" for name, number in found.items()) + "."
    ]
    if read.masked:
        lines.append(f"{read.masked} verdi(er) inneholdt et nasjonalt identitetsnummer og er maskert i {out.name}.")
    if read.bad:
        lines.append(f"{len(read.bad)} linje(r) kunne ikke deles i kolonner: {next(iter(read.bad.values()))}")
    return "\n".join([*lines, f"Skrevet til {out}."])
