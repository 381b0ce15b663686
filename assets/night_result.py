"""The content of one night's reports (NightResult), from its tables and the ledger, and the judgement of the night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from assets.answer_assets import night_questions
from assets.known_shielded import SHIELDED_GONE
from assets.night_session import NightSession
from assets.stored_table import Table
from connectors.read_result import Verdict
from reconciliation.apply.unwritten_reasons import own_faults
from reconciliation.decisions.answer_choices import contradictory
from reconciliation.ledger import Ledger
from reconciliation.model.municipality import Municipality
from reconciliation.plan.approval import Approval, ApprovalAnswer
from reconciliation.plan.night_verdict import Judgement, judge
from reconciliation.reading.cell_corrections import cell_corrections
from reconciliation.reading.key_examples import KeyExample
from reporting.acquisitions_reading import read_measures
from reporting.decided_in_words import answered, contradictory_in_words, decided_by_dwelling
from reporting.needs_reading import read_needs
from reporting.night_report import RECENT, NightResult, SourceNight
from reporting.projection.public_tables import read_projection_tables

REPORTED = (
    *("standing_rows", "rejected_rows", "out_of_scope_rows", "deviations", "dwellings", "lineage", "matches"),
    "memberships",
    *("register", "plan", "outcomes", "progress"),
)
"""The tables that the reports are made from. `progress` is among them because it stores tonight's counts in the ledger first."""


def night_result(
    municipality: Municipality,
    session: NightSession,
    made: Mapping[str, Table],
    judgement: Judgement,
    deviations: pl.DataFrame,
    confirmed: pl.DataFrame,
) -> NightResult:
    """made: REPORTED. deviations: columns of DEVIATIONS and LIFE, without the confirmed ones."""
    slug = municipality.slug
    log = session.ledger.deviations(slug, include_fixed=True)
    return NightResult(
        municipality=municipality,
        as_of=session.as_of,
        run_id=made["plan"].made_by,
        plan_digest=made["plan"].facts["digest"],
        plan_refusals=tuple(refusal["melding"] for refusal in made["plan"].facts["refusals"]),
        sources=source_nights(municipality, made),
        dwellings=made["dwellings"].frame,
        items=made["plan"].frame,
        deviations=deviations,
        standing_rows=made["standing_rows"].frame,
        class_changes=session.ledger.class_changes(slug),
        fixed=_recently_fixed(log, session.as_of, confirmed),
        deviation_log=log,
        confirmed=confirmed,
        rejected_rows=made["rejected_rows"].frame,
        out_of_scope=dict(made["out_of_scope_rows"].frame.group_by("reason").len().sort("reason").iter_rows()),
        out_of_scope_rows=made["out_of_scope_rows"].frame,
        lineage=made["lineage"].frame,
        memberships=made["memberships"].frame,
        outcomes=made["outcomes"].frame,
        register_rows=made["register"].frame if made["register"].facts["verdict"] == "complete" else None,
        register_verdict=made["register"].facts["verdict"],
        register_melding=made["register"].facts["melding"],
        calls=made["outcomes"].facts["calls"],
        history=session.ledger.history(slug),
        movements=session.ledger.movements(slug),
        seconds=session.seconds,
        verdict=judgement.verdict.value,
        messages=judgement.messages,
        needs=read_needs(municipality, session.home),
        **_decisions(municipality, session.ledger, made),
        shielded_gone=frozenset(made["dwellings"].facts.get(SHIELDED_GONE, ())),
        measures=read_measures(municipality, session.home),
        projection_tables=read_projection_tables(municipality, session.home, session.as_of),
    )


def _recently_fixed(log: pl.DataFrame, as_of: date, confirmed: pl.DataFrame) -> pl.DataFrame:
    """Deviations fixed within RECENT, not confirmed ones. A night that is run for an older date leaves out later ones."""
    fixed = log.filter(pl.col("fixed").is_between(as_of - RECENT, as_of))
    return fixed.join(confirmed, on=["source", "source_key", "rule"], how="anti", nulls_equal=True)


def _decisions(municipality: Municipality, ledger: Ledger, made: Mapping[str, Table]) -> dict[str, Any]:
    """Arguments of NightResult about questions and decisions."""
    decisions = ledger.decisions(municipality.slug)
    seen = made["register"].facts["verdict"] == "complete"
    questions = night_questions(made, ledger, municipality.slug)
    return {
        "questions": tuple(questions.questions) if seen else (),
        "warnings": tuple(questions.warnings) if seen else (),
        "decided": decided_by_dwelling(decisions, made["dwellings"].frame, municipality),
        "answers": answered(ledger.decisions(municipality.slug, include_superseded=True), municipality, questions.hidden),
        "cell_corrections": cell_corrections(decisions),
        "contradictory": tuple(contradictory_in_words(row, municipality, questions.hidden) for row in contradictory(decisions)),
    }


def judgement_of(made: Mapping[str, Table]) -> Judgement:
    """The verdict on the night, from its tables and facts."""
    sources = made["dwellings"].facts["sources"]
    register = made["register"].facts
    outcomes = made["outcomes"]
    return judge(
        {name: facts["message"] or None for name, facts in sources.items() if facts["verdict"] != Verdict.COMPLETE.value},
        None if register["verdict"] == "complete" else register["message"],
        Approval(ApprovalAnswer(outcomes.facts["answer"]), outcomes.facts["message"], waiting=tuple(outcomes.facts["waiting"])),
        dict(outcomes.frame.group_by("outcome").len().iter_rows()),
        own_faults(outcomes.frame.get_column("message")),
    )


def source_nights(municipality: Municipality, made: Mapping[str, Table]) -> dict[str, SourceNight]:
    """Row counts of each source. Carried rows, which an earlier night read, are not counted as read."""

    def count(frame: pl.DataFrame) -> dict[str, int]:
        return dict(frame.group_by("source").len().iter_rows())

    rows = made["standing_rows"].frame
    rejected, outside = count(made["rejected_rows"].frame), count(made["out_of_scope_rows"].frame)
    accepted, carried = count(rows.filter(~pl.col("carried"))), count(rows.filter("carried"))
    nights = {}
    for name, facts in made["dwellings"].facts["sources"].items():
        counts = {"rejected": rejected.get(name, 0), "out_of_scope": outside.get(name, 0), "accepted": accepted.get(name, 0)}
        nights[name] = SourceNight(
            verdict=Verdict(facts["verdict"]),
            title=municipality.sources[name].title,
            owner=municipality.sources[name].owner,
            rows_read=sum(counts.values()),
            carried=carried.get(name, 0),
            message=facts["message"],
            melding=facts["melding"],
            lines=facts["lines"],
            examples=tuple(KeyExample(**example) for example in facts["examples"]),
            **counts,
        )
    return nights


def counts_by_source(sources: Mapping[str, SourceNight]) -> dict[str, dict[str, Any]]:
    """Source -> its verdict and counts, as the ledger keeps them of the night."""
    counts = ("rows_read", "rejected", "out_of_scope", "accepted")
    return {
        name: {"verdict": source.verdict.value, **{count: getattr(source, count) for count in counts}} for name, source in sources.items()
    }
