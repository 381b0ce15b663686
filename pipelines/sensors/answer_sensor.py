"""Reads answered workbooks from a municipality's drop folder during the day, so that people get their receipt at once."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import dagster as dg

from assets.answer_assets import pick_up_folder, waiting_files
from assets.table_io import EarlierTables
from pipelines.jobs import MUNICIPALITY_TAG
from reconciliation.decisions.answer_checks import AnswerOutcome
from reconciliation.ledger import LedgerError, open_ledger
from reconciliation.model.municipality import Municipality

SETTLED_SECONDS = 20.0
"""A file that was written later than this may still be on its way."""


def clarification_sensor(municipality: Municipality, root: Path, base: str) -> dg.SensorDefinition:
    """Runs nothing: it stores answers and writes receipts. base: where the tables of the last night lie."""

    @dg.sensor(
        name=f"{municipality.slug}_answers",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Reads answered workbooks in {municipality.name}'s drop folder, stores the decisions and writes a receipt for each.",
        tags={MUNICIPALITY_TAG: municipality.slug},
    )
    def answers(_: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(look_for_answers(municipality, root, base))

    return answers


def look_for_answers(municipality: Municipality, root: Path, base: str, settled: float = SETTLED_SECONDS) -> str:
    """Read the files and return a sentence about them. Reads none while a night runs, since the night reads them itself."""
    if municipality.answers is None:
        return "No drop folder is configured."
    find = partial(EarlierTables(base=base).last, municipality.slug)
    try:
        if not waiting_files(root / municipality.answers, settled):
            return "No answered workbook waits."
        with closing(open_ledger(municipality.ledger, root)) as ledger:
            if ledger.held_by(municipality.slug):
                return "A night is running; the answers wait until it has ended."
            receipts = pick_up_folder(municipality, root, ledger, find, older_than=settled)
    except (LedgerError, OSError) as error:
        return f"The answers cannot be taken in now: {error}"
    sentences = (f"{receipt.file}: {receipt.count(AnswerOutcome.STORED)} of {len(receipt.taken)} stored" for receipt in receipts)
    return f"{'; '.join(sentences)}."
