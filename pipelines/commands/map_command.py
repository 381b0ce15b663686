"""`kobosync map`: a first mapping of a file nobody has mapped yet, for a person to correct."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from language import rendered, text, texts
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED

if TYPE_CHECKING:
    from pipelines.commands.resolve_list import ReadList
    from reconciliation.drafting.draft_mapping import Draft, Fit

_FILL_IN = "FYLL_INN"


def map_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The source's file: .csv, .xlsx or .xls.")],
    sheet: Annotated[str, typer.Option("--sheet", help="The workbook's sheet. Default: the one whose headings are known.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="The file to write. Default: to the terminal.")] = None,
) -> None:
    """Draft the mapping of a file from its headings and values. Columns about persons are never mapped."""
    from connectors.read_faults import FAULTS, SourceFault, say  # noqa: PLC0415
    from pipelines.commands.resolve_list import ListError, read_list  # noqa: PLC0415
    from reconciliation.drafting.draft_mapping import best_ready_mapping, draft, known_headings  # noqa: PLC0415

    try:
        read = read_list(file, known_headings(), sheet)
    except SourceFault as fault:
        print(rendered(say(FAULTS[fault.code], **fault.values)[1]), file=sys.stderr)
        raise typer.Exit(FAILED) from fault
    except ListError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(FAILED) from error
    made = draft(read.rows)
    fit = best_ready_mapping(read.rows.columns)
    draft_text = draft_as_yaml(file, made, read, fit)
    if out is None:
        print(draft_text, end="")
    elif out.exists():
        print(text("drafts.exists", file=out), file=sys.stderr)
        raise typer.Exit(CONFIGURATION)
    else:
        out.write_text(draft_text, encoding="utf-8")
        print(text("drafts.mapped", file=out, count=sum(guess.field is not None for guess in made.guesses), of=len(made.guesses)))
    if read.others:
        print(text("drafts.other_sheets", sheets=[f"«{other}»" for other in read.others]), file=sys.stderr)
    for said in [*([fit.advice] if fit else []), *made.warnings]:
        print(texts().render(said), file=sys.stderr)
    raise typer.Exit(DONE)


def draft_as_yaml(file: Path, made: Draft, read: ReadList, fit: Fit | None = None) -> str:
    """The source as it goes into the municipality's file, with what was recognised beside each line."""
    workbook = file.suffix.casefold() not in (".csv", ".txt", ".tsv")
    lines = [
        f"# {text('drafts.head', file=file.name, rows=made.rows, read_as=read.note)}",
        *([f"# {texts().render(fit.advice)}"] if fit else []),
        "sources:",
        f"  {_scalar(_slug(file))}:",
        f"    kind: {'excel' if workbook else 'csv'}",
        f"    title: {_quoted(file.stem)} # {text('drafts.title')}",
        f"    owner: {_FILL_IN} # {text('drafts.owner')}",
        f"    path: {_quoted(_below_home(file))} # {text('drafts.path')}",
    ]
    if workbook:
        lines.append(f"    sheets: [{{name: {_quoted(read.sheet)}}}]")
        if read.unread:
            lines.append(f"    ignore_sheets: [{', '.join(map(_quoted, read.unread))}]")
    about_key = text("drafts.running_key_short" if made.running_key else "drafts.key")
    lines.append(f"    key: [{', '.join(_quoted(heading) for heading in made.key) or _FILL_IN}] # {about_key}")
    lines.append("    fields:")
    for guess in made.guesses:
        if guess.field is None:
            continue
        transform = f", as: {guess.transform}" if guess.transform != "text" else ""
        table = ", table: {" + ", ".join(f"{_quoted(value)}: {_FILL_IN}" for value in guess.values) + "}" if guess.values else ""
        seen = text("drafts.seen", count=guess.recognised, of=guess.filled, by=guess.why)
        lines.append(f"      {guess.field}: {{column: {_quoted(guess.heading)}{transform}{table}}} # {seen}")
    left = [guess for guess in made.guesses if guess.field is None and guess.heading not in made.key]
    if left:
        lines.append("    ignore:")
        lines += [f"      - {_quoted(guess.heading)} # {texts().render(guess.why)}" for guess in left]
    return "\n".join(lines) + "\n"


def _below_home(file: Path) -> str:
    """The path as the municipality's file writes it, where the file is in the home."""
    from reconciliation.model.municipality import home_from  # noqa: PLC0415

    whole, root = file.resolve(), home_from(Path.cwd())
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(file)


def _slug(file: Path) -> str:
    import re  # noqa: PLC0415

    plain = file.stem.casefold().translate(str.maketrans("æøå", "aoa"))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "kilde"


def _scalar(name: str) -> str:
    """The name as YAML reads it back: 2022 and off are none unless they are in quotes."""
    from reconciliation.model import safe_yaml  # noqa: PLC0415

    return name if safe_yaml.load_yaml(name) == name else _quoted(name)


def _quoted(written: str) -> str:
    """A YAML scalar on one line, whatever the heading looks like."""
    import json  # noqa: PLC0415

    return json.dumps(written, ensure_ascii=False)
