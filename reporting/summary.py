"""summary.json: one night in numbers, for programs. docs/summary.md tells what each key means; it is an interface."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import polars as pl

from language import rendered
from reconciliation.model.words import DwellingClass
from reconciliation.plan.moved_fields import unknown_bases
from reporting.deviation_lines import deviation_lines
from reporting.forecast import Forecast, forecast
from reporting.night_report import NightResult
from reporting.progress_curve import curve

VERBS = ("GET", "POST", "PUT", "DELETE")


def summary_content(result: NightResult, foreseen: Forecast | None = None) -> dict[str, Any]:
    """The content of summary.json, ready for json.dumps. `foreseen`: the night's forecast, made here when not given."""
    municipality = result.municipality
    return {
        "municipality": municipality.slug,
        "as_of": result.as_of.isoformat(),
        "deadline": municipality.deadline.isoformat(),
        "run_id": result.run_id,
        "plan_digest": result.plan_digest,
        "plan_refusals": [rendered(refusal) for refusal in result.plan_refusals],
        "night": {"verdict": result.verdict, "messages": list(result.messages)},
        "register": {"verdict": result.register_verdict},
        "sources": {name: _source(result, name) for name in result.sources},
        "rows": _rows(result),
        "dwellings": _dwellings(result),
        "base_unknown": unknown_bases(result.items),
        "held": result.items.filter(pl.col("held").is_not_null()).height,
        "register_calls": {name: result.calls.get(name, 0) for name in (*VERBS, "failed", "retried")},
        "progress": progress(result, foreseen or forecast(result.history, municipality, result.as_of, all_read=result.all_read)),
        "deviations": _deviations(deviation_lines(result.deviations)),
        "seconds": dict(result.seconds),
    }


def _source(result: NightResult, name: str) -> dict[str, Any]:
    source = result.sources[name]
    return {
        "verdict": source.verdict.value,
        "rows_read": source.rows_read,
        "rejected": source.rejected,
        "out_of_scope": source.out_of_scope,
        "accepted": source.accepted,
        "carried": source.carried,
        "message": source.message,
        "lines": dict(source.lines) or None,
        "examples": [asdict(example) for example in source.examples] or None,
    }


def _rows(result: NightResult) -> dict[str, int]:
    # Merged rows are summed from the dwellings, not computed as read minus the others, so that a lost row shows (law 1).
    return {
        "read": sum(source.rows_read for source in result.sources.values()),
        "rejected": sum(source.rejected for source in result.sources.values()),
        "out_of_scope": sum(source.out_of_scope for source in result.sources.values()),
        "merged_into_dwellings": int(result.dwellings["rows"].sum()),
        "carried": sum(source.carried for source in result.sources.values()),
    }


def _dwellings(result: NightResult) -> dict[str, int]:
    counts: dict[str, int] = dict(result.items.group_by("class").len().iter_rows())
    return {"total": result.items.height, **{name.value: counts.get(name.value, 0) for name in DwellingClass}}


def progress(result: NightResult, foreseen: Forecast) -> dict[str, Any]:
    """How far and how fast, after tonight's apply. Rejected rows stay in the denominator."""
    last = curve(result.history, result.as_of).tail(1).to_dicts()
    point = last[0] if last else {"in_scope": 0, "in_register": 0, "in_sync": 0}
    scope = point["in_scope"]
    return {
        "in_scope": scope,
        "in_register": point["in_register"],
        "in_sync": point["in_sync"],
        "percent": round(100 * point["in_register"] / scope, 1) if scope else None,
        "state": foreseen.state.value,
        "required_per_working_day": _rounded(foreseen.required_per_working_day),
        "actual_per_working_day": _rounded(foreseen.actual_per_working_day),
        "arriving_per_working_day": _rounded(foreseen.arriving_per_working_day),
        "still_working_days": foreseen.still,
        "scope_growth_per_working_day": _rounded(foreseen.scope_growth_per_working_day),
        "forecast_date": foreseen.forecast_date and foreseen.forecast_date.isoformat(),
        "forecast_early": foreseen.early and foreseen.early.isoformat(),
        "forecast_late": foreseen.late and foreseen.late.isoformat(),
        "chance_by_deadline": _rounded(foreseen.chance),
        "days_to_deadline": foreseen.days_to_deadline,
    }


def _deviations(lines: pl.DataFrame) -> dict[str, int]:
    return {
        "open": lines.height,
        "new": int(lines["is_new"].fill_null(value=False).sum()),
        "returned": int(lines["returned"].fill_null(value=False).sum()),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
