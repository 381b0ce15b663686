"""Dagster's resource of a night: how it is run, and one session per municipality during the run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from assets.night_session import KNOWN, NightSession, tonight
from reconciliation.model.key_names import as_name
from reconciliation.model.municipality import Municipality, must_have_sources
from reconciliation.plan.approval import is_mode

REGISTER_POOL = "kobo_register"
"""Dagster's concurrency pool of the steps that call the register. Its limit in dagster.yaml is the number of nights that may do so at
once; each keeps its own `calls_per_second`, so the register never gets more calls than the product of the two."""

WHOLE_TAG = "kobosync/whole_night"
"""Tag of the jobs that have every step. Dagster gives it also to a run of some of their steps."""

_STEPS = ("standing_rows", "register", "matches", "plan", "outcomes", "progress", "reports")
"""Assets without which a run is not a whole night."""

BEFORE_ITS_FIRST_STEP = "The run was ended (Ctrl-C) before its first step. Nothing was done."
AFTER_ITS_LAST_STEP = (
    "The run was ended (Ctrl-C) after its last step. All of it was done and is kept; only Dagster shows the run as failed."
)

FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36))
"""A night may be late or fail once; a source or report without a second night behind it is stale in the Dagster UI."""


class NightRun(dg.ConfigurableResource):  # type: ignore[type-arg]
    """How the night is run. Blank fields mean today, and `apply` of the municipality's file."""

    home: str
    as_of: str = ""
    apply: str = ""
    approved_by: str = ""
    """Who approves, when `apply` is a digest. Blank: the account that runs it."""

    new_ledger: bool = False
    """A person confirms that a ledger without nights is meant to be new (see lost_ledger)."""

    _sessions: dict[str, NightSession] = PrivateAttr(default_factory=dict)

    _run: dg.DagsterRun | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[NightRun]:
        """Called by Dagster around each step: sets the run, and closes the session afterwards."""
        self._run = context.run
        try:
            yield self
        finally:
            says = BEFORE_ITS_FIRST_STEP if not self._sessions and _interrupted() else None
            for session in self._sessions.values():
                if session.finished and _interrupted():
                    says = AFTER_ITS_LAST_STEP
                elif not session.finished and session.stopped is None and (where := _ended_in(context)):
                    session.cut_off(where)
                if session.ended_from_outside:
                    says = session.stopped
                session.close()
            if says and context.log:
                context.log.warning(says)  # Dagster logs only a stack trace of the interruption
            self._sessions.clear()

    def session(self, municipality: Municipality, run_id: str, rendered: date | None = None) -> NightSession:
        """The run's session for that municipality; opened at first use. Raises dagster.Failure in one sentence.

        rendered: date of the earlier night, when the run only makes its reports again."""
        if municipality.slug not in self._sessions:
            mode = self.apply.strip().casefold() or municipality.apply
            if not is_mode(mode):
                words = f"{self.apply!r} is no digest. Copy it from the metadata of the asset plan, or the report: 12 to 64 of 0-9 and a-f."
                raise dg.Failure(f"{words} Nothing was done.", allow_retries=False)
            as_of = rendered or (date.fromisoformat(self.as_of) if self.as_of else tonight(municipality))
            with one_sentence():
                must_have_sources(municipality)
                self._sessions[municipality.slug] = NightSession(
                    municipality,
                    Path(self.home),
                    as_of,
                    mode,
                    run_id,
                    approved_by=self.approved_by,
                    whole=self._run is None or is_whole(self._run, municipality),
                    new_ledger=self.new_ledger,
                )
        return self._sessions[municipality.slug]


def _interrupted() -> bool:
    """Whether Dagster gives the resource back because of a Ctrl-C, or drops it: a Ctrl-C can come while it takes resources up or down."""
    return isinstance(sys.exc_info()[1], (KeyboardInterrupt, dg.DagsterExecutionInterruptedError, GeneratorExit))


def _ended_in(context: dg.InitResourceContext) -> str | None:
    """How a person ended the run: by Ctrl-C in a step of Dagster's, or by asking Dagster to terminate it. None: no person did."""
    if context.instance is None or context.run is None:
        return None
    failures = context.instance.all_logs(context.run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    events = (record.get_dagster_event() for record in failures)
    if (step := next((event.step_key for event in events if is_interruption(event)), None)) is not None:
        return f"in the step {step}"
    run = context.instance.get_run_by_id(context.run.run_id)
    asked = run is not None and run.status in (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED)
    return "between two steps" if asked or _interrupted() else None


def is_interruption(event: dg.DagsterEvent) -> bool:
    """Whether the event is a Ctrl-C, which Dagster reports as a failed step, or outside of steps as a canceled or failed run."""
    if event.event_type is dg.DagsterEventType.RUN_CANCELED:
        return True
    error = event.step_failure_data.error if event.is_step_failure else event.job_failure_data.error if event.is_job_failure else None
    while error is not None and error.cls_name != dg.DagsterExecutionInterruptedError.__name__:
        error = error.cause
    return error is not None


def is_whole(run: dg.DagsterRun, municipality: Municipality) -> bool:
    """Whether the run has all steps from sources to reports, or only some that somebody selected."""
    if run.is_resume_retry:
        return False
    chosen = run.step_keys_to_execute or ["__".join(key.path) for key in run.asset_selection or ()]
    if not chosen:
        return WHOLE_TAG in run.tags
    return {f"{municipality.slug}__{step}" for step in (*_STEPS, *(f"source__{as_name(name)}" for name in municipality.sources))} <= set(
        chosen
    )


@contextmanager
def one_sentence() -> Iterator[None]:
    """Within the block, an error of KNOWN becomes a dagster.Failure with its sentence, which is not retried."""
    try:
        yield
    except KNOWN as error:
        # Without the chain of causes, so that Dagster shows the sentence first.
        raise dg.Failure(description=str(error), allow_retries=False) from None
