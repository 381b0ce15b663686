"""The command line. Heavy modules are imported inside the command that needs them, so that --help is instant."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.kommuner_command import kommuner
from pipelines.commands.ledger_app import ledger_app
from pipelines.commands.map_command import map_file
from pipelines.commands.needs_command import needs
from pipelines.commands.options import AsJson, AsOf, ConfigFile, HelpPanel, to_date
from pipelines.commands.report_app import report_app
from pipelines.commands.resolve_command import addresses, resolve
from pipelines.exit_codes import INTERRUPTED
from pipelines.log_settings import configure_logging

app = typer.Typer(
    name="kobosync",
    help="Gets a municipality's let dwellings into KOBO, and keeps them true.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # noqa: PLC0415

        from reconciliation.ledger.migrations import HEAD  # noqa: PLC0415

        build = os.environ.get("KOBOSYNC_BUILD")
        print(f"kobosync {version('kobosync')} (ledger {HEAD}{f', build {build}' if build else ''})")
        raise typer.Exit


@app.callback()
def global_options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="The version, and its ledger's.")] = False,
) -> None:
    """Gets a municipality's let dwellings into KOBO, and keeps them true."""


@app.command(rich_help_panel=HelpPanel.NIGHT)
def night(
    configs: Annotated[list[Path], typer.Argument(help="The municipalities' files, e.g. config/demo.yaml or config/*.yaml.")],
    apply: Annotated[str, typer.Option("--apply", help="never, auto, or the digest of an approved plan. Default: as the file says.")] = "",
    as_of: AsOf = None,
    new_ledger: Annotated[bool, typer.Option("--new-ledger", help="The ledger knows no night though there were some: it is new.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run one whole night of each: extract, validate, merge, reconcile, apply, report."""
    from pipelines.commands.night_command import run_nights  # noqa: PLC0415

    raise typer.Exit(run_nights(configs, apply, to_date(as_of), new_ledger, as_json))


@app.command(rich_help_panel=HelpPanel.NIGHT)
def plan(
    config: ConfigFile,
    as_of: AsOf = None,
    output: Annotated[str, typer.Option("--format", help="table, markdown or json.")] = "table",
    diff: Annotated[bool, typer.Option("--diff", help="Show only what is otherwise than in the last night's plan.")] = False,
    as_json: AsJson = False,
    action: Annotated[str, typer.Option("--only", help="Only one kind of change: create, update, retire or replace.")] = "",
    source: Annotated[str, typer.Option("--source", help="Only the dwellings of one source, where parts are per source.")] = "",
    category: Annotated[str, typer.Option("--category", help="Only those of one category, where parts are per category.")] = "",
) -> None:
    """Show what tonight would change, the parts of it and their digests. Changes nothing."""
    from pipelines.commands.plan_command import run_plan  # noqa: PLC0415

    raise typer.Exit(run_plan(config, to_date(as_of), "json" if as_json else output, diff, action, source, category))


@app.command(rich_help_panel=HelpPanel.TRY)
def demo(
    nights: Annotated[int, typer.Option(help="How many of the demo's nights to play.")] = 12,
    keep: Annotated[bool, typer.Option(help="Go on from what lies in var/ instead of starting over.")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the rehearsal register. Default: as the file says.")] = None,
) -> None:
    """Play a dozen real nights of the invented municipality Fjordvik."""
    from pipelines.commands.demo_command import run_demo  # noqa: PLC0415

    raise typer.Exit(run_demo(nights, keep, port))


@app.command(rich_help_panel=HelpPanel.TRY)
def rehearse(
    config: Annotated[Path, typer.Argument(help="The municipality whose rehearsal register to start.")] = Path("config/demo.yaml"),
    caseworker: Annotated[
        int | None, typer.Option("--caseworker", help="A caseworker edits random entries before each night; the number is the seed.")
    ] = None,
) -> None:
    """Start the rehearsal register on 127.0.0.1 and stay until interrupted."""
    from pipelines.commands.up_command import run_rehearsal  # noqa: PLC0415

    raise typer.Exit(run_rehearsal(config, caseworker))


@app.command(rich_help_panel=HelpPanel.TRY)
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the Dagster UI.")] = 3000,
    desk_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the review desk.")] = 3100,
) -> None:
    """Start the rehearsal register and the Dagster UI on 127.0.0.1, with the demo loaded."""
    from pipelines.commands.up_command import run_up  # noqa: PLC0415

    raise typer.Exit(run_up(port, desk_port))


@app.command(rich_help_panel=HelpPanel.NIGHT)
def check(config: ConfigFile, as_json: AsJson = False) -> None:
    """Is the file right, can each source be opened, does the register answer, does the ledger? Changes nothing."""
    from pipelines.commands.check_command import run_check  # noqa: PLC0415

    raise typer.Exit(run_check(config, as_json))


@app.command(rich_help_panel=HelpPanel.NIGHT)
def status(
    configs: Annotated[list[Path] | None, typer.Argument(help="The municipalities' files. Default: all in config/.")] = None,
    output: Annotated[str, typer.Option("--format", help="table, json or openmetrics.")] = "table",
    as_json: AsJson = False,
) -> None:
    """The state of the last night of each, for people and for monitoring; writes nothing."""
    from pipelines.commands.status_command import FORMATS, run_status  # noqa: PLC0415

    wanted = "json" if as_json else output
    if wanted not in FORMATS:
        raise typer.BadParameter(f"--format={wanted} is not one of {', '.join(FORMATS)}.")
    raise typer.Exit(run_status(configs or [], wanted))


@app.command(rich_help_panel=HelpPanel.SET_UP)
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    demo: Annotated[bool, typer.Option("--demo", help="The demo municipality's home.")] = False,
    name: Annotated[str, typer.Option(help="The municipality's name.")] = "",
    kommunenummer: Annotated[str, typer.Option(help="Four digits.")] = "",
    deadline: Annotated[str, typer.Option(help="When all dwellings shall be in Kobo (YYYY-MM-DD).")] = "",
) -> None:
    """Make a municipality's home: its file, folders, settings and what to do next. Asks for what is not given."""
    from pipelines.commands.init_command import InitAnswers, run_init  # noqa: PLC0415

    raise typer.Exit(run_init(folder, demo, InitAnswers(name, kommunenummer, deadline)))


@app.command(rich_help_panel=HelpPanel.SET_UP)
def schema(kind: Annotated[str, typer.Argument(help="municipality or mapping.")] = "municipality") -> None:
    """Print the JSON Schema of a municipality's file or of a mapping file, for editors."""
    from pipelines.commands.output import print_json  # noqa: PLC0415
    from pipelines.commands.schema_command import KINDS, schema_of  # noqa: PLC0415

    if kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is not one of {', '.join(KINDS)}.")
    print_json(schema_of(kind))


@app.command(rich_help_panel=HelpPanel.PEOPLE)
def decide(
    config: ConfigFile,
    question: Annotated[str, typer.Argument(help="The question's id; --list shows them. Left out: you are asked one after another.")] = "",
    answer: Annotated[
        str,
        typer.Argument(
            help="same, same:ID, different, unsure, new, split, split:SOURCE:KEY, keep, replace, remove, take:SOURCE, value:VALUE; of a "
            "warning right or right:DATE. --list --format=json has the codes of each question."
        ),
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Who decides: a role or initials.")] = "",
    why: Annotated[str, typer.Option("--why", help="The reason, kept with the decision.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="An answered workbook to take in now.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the questions.")] = False,
    warnings: Annotated[bool, typer.Option("--warnings", help="With --list: warnings that may be called right.")] = False,
    output: Annotated[str, typer.Option("--format", help="Of --list: table or json.")] = "table",
    dump: Annotated[Path | None, typer.Option("--dump", help="Write the decisions in force as text, one a line.")] = None,
    load: Annotated[Path | None, typer.Option("--load", help="Take in decisions that --dump wrote.")] = None,
    split: Annotated[
        str, typer.Option("--split", help="These rows are not one home: its leverandorBoligId, address with unit, or a row SOURCE:KEY.")
    ] = "",
    row: Annotated[str, typer.Option("--row", help="With --split: the row (SOURCE:KEY) that is another home.")] = "",
    undo: Annotated[str, typer.Option("--undo", help="Take an answer back, used or not: a home as for --split, or the answer's id.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --split or --undo: say what it does in Kobo, store nothing.")] = False,
) -> None:
    """Answer what only a person can decide: in the terminal, in one line, or from an answered workbook."""
    from pipelines.commands.decide_command import Wanted, run_decide  # noqa: PLC0415

    raise typer.Exit(
        run_decide(config, Wanted(file, dump, load, listing, warnings, output, question, answer, by, why, split, row, undo, dry_run))
    )


@app.command(rich_help_panel=HelpPanel.PEOPLE)
def desk(
    config: ConfigFile,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the page.")] = 3100,
    host: Annotated[str, typer.Option("--host", help="Address to serve on; others only behind a sign-in.")] = "127.0.0.1",
) -> None:
    """The review desk: data owners answer what waits for them, in the browser."""
    from pipelines.commands.desk_command import run_desk  # noqa: PLC0415

    raise typer.Exit(run_desk(config, port, host))


app.command("map", rich_help_panel=HelpPanel.SET_UP)(map_file)
app.command(rich_help_panel=HelpPanel.LISTS)(resolve)
app.command(rich_help_panel=HelpPanel.LISTS)(addresses)
app.command(rich_help_panel=HelpPanel.LISTS)(kommuner)
app.add_typer(ledger_app)
app.add_typer(report_app)
app.add_typer(needs, name="needs", rich_help_panel=HelpPanel.PEOPLE)


def main() -> None:
    """Entry point: known faults end in one sentence and a code, never in a traceback."""
    configure_logging()
    try:
        app()
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # typer's answer to Ctrl-C
            words = (
                "Stopped. What was done is in the ledger; what was under way is asked about by the next night, which goes on from there."
            )
            print(words, file=sys.stderr)
        raise
    except Exception as error:
        # Imported only now: the modules that know the faults cost more to load than --help.
        from pipelines.known_faults import sentence_and_code  # noqa: PLC0415

        known = sentence_and_code(error)
        if known is None:
            raise
        print(known[0], file=sys.stderr)
        sys.exit(known[1])
