"""`kobosync map`: a first mapping of a new file, for a person to correct."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from language import rendered, text, texts
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED


def map_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The source's file: .csv, .txt, .tsv, .xlsx, .xlsm, .xls, .xlsb or .ods.")],
    sheet: Annotated[str, typer.Option("--sheet", help="The workbook's sheet. Default: the one whose headings are known.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="The file to write. Default: to the terminal.")] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="Ask what the file does not tell, write mapping and configuration, and check them.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option("--config", help="With --interactive: the municipality's file. Default: the one in config/.")
    ] = None,
) -> None:
    """Draft the mapping of a file from its headings and values. Columns about persons are never mapped."""
    from connectors.read_faults import FAULTS, SourceFault, say  # noqa: PLC0415
    from pipelines.commands.resolve_list import ListError  # noqa: PLC0415

    try:
        if interactive:
            from pipelines.commands.map_interactive import run_map_interactive  # noqa: PLC0415

            raise typer.Exit(run_map_interactive(file, sheet, config))
        raise typer.Exit(_draft(file, sheet, out))
    except SourceFault as fault:
        print(rendered(say(FAULTS[fault.code], **fault.values)[1]), file=sys.stderr)
        raise typer.Exit(FAILED) from fault
    except ListError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(FAILED) from error


def _draft(file: Path, sheet: str, out: Path | None) -> int:
    """Raises SourceFault and ListError."""
    from pipelines.commands.draft_file import draft_as_yaml  # noqa: PLC0415
    from pipelines.commands.resolve_list import read_list  # noqa: PLC0415
    from reconciliation.drafting.draft_mapping import draft  # noqa: PLC0415
    from reconciliation.drafting.known_headings import known_headings  # noqa: PLC0415
    from reconciliation.drafting.ready_fit import best_ready_mapping  # noqa: PLC0415

    read = read_list(file, known_headings(), sheet)
    made = draft(read.rows, read.bad)
    fit = best_ready_mapping(read.rows.columns)
    draft_text = draft_as_yaml(file, made, read, fit)
    if out is None:
        print(draft_text, end="")
    elif out.exists():
        print(text("drafts.exists", file=out), file=sys.stderr)
        return CONFIGURATION
    else:
        out.write_text(draft_text, encoding="utf-8")
        print(text("drafts.mapped", file=out, count=sum(guess.field is not None for guess in made.guesses), of=len(made.guesses)))
    if read.others:
        print(text("drafts.other_sheets", sheets=[f"«{other}»" for other in read.others]), file=sys.stderr)
    for warning in [*([fit.advice] if fit else []), *made.warnings]:
        print(texts().render(warning), file=sys.stderr)
    return DONE
