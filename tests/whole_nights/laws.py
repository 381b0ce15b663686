"""The laws, asked of one night and of the world after it. Each function says which law it asks (docs/laws.md)."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import select

from connectors.read_result import Verdict
from kobo_client.contract import PROTECTED
from kobo_client.payload import from_body
from reconciliation.decisions.field_evidence import with_unchanged_choices
from reconciliation.ledger import Ledger
from reconciliation.ledger.register_tables import Intent, LinkRow
from reconciliation.ledger.store import table_of
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.model.municipality import Municipality
from reconciliation.model.rules import RULES
from reconciliation.plan.planning import actionable, make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from reconciliation.plan.stock_scope import why_not_counted
from tests.whole_nights.small_town import NOBODY
from tests.whole_nights.whole_night import Night

Entries = dict[str, dict[str, Any]]
"""koboId -> body as the register has it."""

_PLACE = ("adressenavn", "nummer", "bokstav")


def conservation(night: Night) -> None:
    """Law 1."""
    ends = night.validated
    assert night.rows.height == ends.accepted.height + ends.rejected.height + ends.out_of_scope.height
    keys = night.merged.dwellings.get_column("source_keys").explode(empty_as_null=False).to_list()
    stand = [f"{source}:{key}" for source, key in night.standing_rows.select("source", "source_key").iter_rows()]
    assert sorted(keys) == sorted(stand)
    if night.plan.register_verdict == "complete":
        once = Counter(night.plan.items.get_column("leverandor_bolig_id").drop_nulls().to_list())
        assert all(once[ours] == 1 for ours in night.merged.dwellings.get_column("leverandor_bolig_id"))
        assert max(once.values(), default=1) == 1
    counted = int(night.snapshot.get_column("in_scope").sum())
    assert night.merged.dwellings.height <= counted <= night.merged.dwellings.height + ends.rejected.height


def a_failed_read_is_no_empty_source(night: Night) -> None:
    """Law 2."""
    for name, read in night.reads.items():
        if read.verdict is not Verdict.COMPLETE and night.before is not None:
            had = night.before.filter(pl.col("source") == name).get_column("source_key")
            has = night.standing_rows.filter(pl.col("source") == name).get_column("source_key")
            assert set(had) <= set(has)
    removed = night.outcomes.filter(pl.col("verb") == "DELETE").get_column("leverandor_bolig_id").to_list()
    sources = night.merged.memberships.filter(pl.col("leverandor_bolig_id").is_in(removed)).get_column("source").unique()
    assert set(sources) <= night.complete, "nothing is retired while a source that held it is unread"


def gone_long_enough(night: Night, seen_gone: dict[str, set[date]]) -> None:
    """Law 2: only what has been gone for two nights is deleted, and never what is in a source."""
    present = pl.concat([night.validated.accepted, night.validated.rejected]).select("source", "source_key")
    present_dwellings = set(
        night.merged.memberships.join(present, on=["source", "source_key"], how="semi").get_column("leverandor_bolig_id")
    )
    for ours in night.outcomes.filter((pl.col("verb") == "DELETE") & (pl.col("outcome") == "done")).get_column("leverandor_bolig_id"):
        assert ours not in present_dwellings
        assert len({day for day in seen_gone.get(ours, set()) if day < night.as_of}) >= 2


def a_home_that_may_be_there_keeps_its_entry(night: Night) -> None:
    """Law 2: no entry is deleted at whose house a row waits that may be its home: without an entry, and without another unit number. A
    home that a person called another one lets it go."""
    answered = set(night.decisions.filter(pl.col("verdict").is_in(["different", "new"])).get_column("subject"))
    waiting = night.plan.items.filter(pl.col("class").is_in(["review", "conflict"]) & pl.col("kobo_id").is_null())
    asked = night.merged.dwellings.filter(~pl.col("leverandor_bolig_id").is_in(list(answered))).join(waiting, on="leverandor_bolig_id")
    keys = night.merged.dwellings.select(pl.col("source_keys").explode(empty_as_null=False)).to_series()
    alone = night.validated.rejected.filter(~pl.concat_str("source", pl.lit(":"), "source_key").is_in(keys.implode()))
    there = {(*row[:3], row[3] or "") for rows in (asked, alone) for row in rows.select(*_PLACE, "bruksenhetsnummer").iter_rows()}
    removed = night.outcomes.filter((pl.col("verb") == "DELETE") & (pl.col("outcome") == "done")).get_column("kobo_id")
    for entry in night.seen.rows.filter(pl.col("kobo_id").is_in(removed.implode())).iter_rows(named=True):
        place = tuple(entry[name] for name in _PLACE)
        assert not {(*place, ""), (*place, entry["bruksenhetsnummer"] or "")} & there, entry


def nothing_twice_nothing_lost(entries: Entries, ledger: Ledger, slug: str, others: set[str], taken_away: set[str]) -> None:
    """Law 4: after any step, also after a death: every entry of ours is linked, or asked about next; every link has its entry."""
    ids = [body["leverandorBoligId"] for body in entries.values() if body.get("leverandorBoligId")]
    assert len(ids) == len(set(ids))
    linked = dict(ledger.links(slug).select("kobo_id", "leverandor_bolig_id").iter_rows())
    asked_next = {write.leverandor_bolig_id for write in ledger.unsettled(slug)}
    for kobo_id, body in entries.items():
        ours = body.get("leverandorBoligId")
        if ours and kobo_id not in others:
            assert linked.get(kobo_id) == ours or ours in asked_next, (kobo_id, ours)
    for kobo_id, ours in linked.items():
        assert kobo_id in entries or ours in asked_next or kobo_id in taken_away


def only_what_was_shown(night: Night, ledger: Ledger, earlier: set[str]) -> None:
    """Law 5: every write of the run is an item of its stored plan, with that very change; a plan not approved writes nothing."""
    intent = table_of(Intent)
    with ledger.read() as connection:
        writes = connection.execute(select(intent).where(intent.c.run_id == night.run_id)).fetchall()
    stored = ledger.plan(night.run_id)
    assert stored is not None
    assert stored.digest == night.plan.digest
    shown = {row["leverandor_bolig_id"]: row for row in actionable(stored.items).iter_rows(named=True)}
    if night.approval.answer != "apply":
        assert not writes
    for write in writes:
        item = shown[write.leverandor_bolig_id]
        assert item["part"] in night.approval.parts, "nothing of another part"
        if write.verb == "PUT":
            assert json.loads(write.changes) == json.loads(item["changes"])
    assert not earlier & {write.request_id for write in writes}


def order_does_not_matter(night: Night, municipality: Municipality, links: pl.DataFrame, absences: dict[str, int], seed: int) -> None:
    """Law 6: the same rows and sources in another order are the same dwellings and the same digest."""
    rows = night.standing_rows.sample(fraction=1.0, shuffle=True, seed=seed)
    merged = merge(rows, night.known, with_unchanged_choices(night.decisions, rows, night.known), municipality)
    assert merged.dwellings.equals(night.merged.dwellings)
    seen = night.seen.rows.sample(fraction=1.0, shuffle=True, seed=seed)
    plan = make_plan(
        replace(merged, dwellings=merged.dwellings.sample(fraction=1.0, shuffle=True, seed=seed)),
        seen if night.seen.verdict == "complete" else None,
        match(merged.dwellings, seen, links, night.decisions),
        Reading(frozenset(night.complete), night.validated.rejected),
        Remembered(links, night.bases.sample(fraction=1.0, shuffle=True, seed=seed), night.decisions, absences),
        municipality,
        night.as_of,
    )
    assert plan.digest == night.plan.digest


def hands_off(before: Entries, after: Entries, ledger: Ledger, slug: str) -> None:
    """Law 7: whatever changed or went away in a night carries, or carried, a link of ours."""
    link = table_of(LinkRow)
    with ledger.read() as connection:
        ours = {row.kobo_id for row in connection.execute(select(link.c.kobo_id).where(link.c.municipality == slug))}
    for kobo_id, body in before.items():
        if after.get(kobo_id) != body:
            assert kobo_id in ours, f"{kobo_id} was never ours"


def protected_fields_stay(before: Entries, after: Entries, night: Night | None) -> None:
    """Law 8: in the plan, and in the register itself."""
    protected = {field.name for field in PROTECTED}
    if night is not None:
        updates = night.plan.items.filter(pl.col("class") == "update").get_column("changes")
        assert not protected & {change["field"] for changes in updates for change in json.loads(changes)}
    for kobo_id in before.keys() & after.keys():
        was, now = from_body(before[kobo_id]), from_body(after[kobo_id])
        for name in protected:
            assert was.get(name) == now.get(name) or (name == "leverandor_bolig_id" and not was.get(name)), (kobo_id, name)


def no_wrong_match(night: Night) -> None:
    """Law 9: without a person's word, rows of different places are never one dwelling, and no entry is taken by a near address."""
    if night.decisions.filter(pl.col("verdict") == "same").height:
        return
    content = {(row["source"], row["source_key"]): row for row in night.standing_rows.iter_rows(named=True)}
    for keys in night.merged.dwellings.get_column("source_keys"):
        rows = [content[source, key] for source, _, key in (source_key.partition(":") for source_key in keys)]
        assert len({tuple(row[name] for name in _PLACE) for row in rows}) == 1
        assert len({row["bruksenhetsnummer"] for row in rows if row["bruksenhetsnummer"]}) <= 1
        assert len({row["ekstra_referanse"] for row in rows if row["ekstra_referanse"]}) <= 1
    certain = night.matches.filter(pl.col("certain"))
    assert certain.get_column("kobo_id").is_unique().all()
    assert certain.get_column("leverandor_bolig_id").is_unique().all()
    ours = {row["leverandor_bolig_id"]: row for row in night.merged.dwellings.iter_rows(named=True)}
    theirs = {row["kobo_id"]: row for row in night.seen.rows.iter_rows(named=True)}
    by_key = certain.filter(pl.col("key").is_in(["matrikkel", "address"]))
    for dwelling, kobo_id in by_key.select("leverandor_bolig_id", "kobo_id").iter_rows():
        left, right = ours[dwelling], theirs[kobo_id]
        assert [left[name] for name in _PLACE] == [right[name] for name in _PLACE]
        assert len({unit for unit in (left["bruksenhetsnummer"], right["bruksenhetsnummer"]) if unit}) <= 1


def nobody_is_known(home: Path, entries: Entries) -> None:
    """Law 10: the number in the sources' files is in no table, no ledger and no entry."""
    for path in sorted((home / "var").rglob("*")) + sorted(home.glob("ledger.sqlite*")):
        if path.is_file():
            assert NOBODY.encode() not in path.read_bytes()
        if path.suffix == ".parquet":
            with suppress(pl.exceptions.PolarsError):  # one that this example damaged
                assert NOBODY not in pl.read_parquet(path).write_csv()
    assert NOBODY not in json.dumps(entries)


def what_others_changed_stands(
    changed: dict[str, float], after: Entries, night: Night | None, ledger: Ledger, slug: str, taken_away: set[str]
) -> None:
    """Law 13: changed: koboId -> the area that somebody set in Kobo and that was not agreed on since. An entry that is gone was taken away
    by others, or a person had it deleted or replaced."""
    decided = ledger.decisions(slug)
    deleted = set(decided.filter(pl.col("verdict").is_in(["remove", "replace"])).get_column("subject"))
    was = dict(ledger.link_history(slug).select("kobo_id", "leverandor_bolig_id").iter_rows())
    for kobo_id in set(changed) - set(after):
        assert kobo_id in taken_away or was[kobo_id] in deleted, (kobo_id, was[kobo_id], changed[kobo_id])
    decided_subjects = set(decided.filter(pl.col("verdict") == "value").get_column("subject"))
    agreed = {} if night is None else dict(night.merged.dwellings.select("leverandor_bolig_id", "bruksareal").iter_rows())
    seen = {} if night is None else dict(night.seen.rows.select("kobo_id", "bruksareal").iter_rows())
    for kobo_id, area in list(changed.items()):
        ours = after.get(kobo_id, {}).get("leverandorBoligId")
        if kobo_id not in after or ours in decided_subjects or (area == agreed.get(ours) and area == seen.get(kobo_id)):
            del changed[kobo_id]
        else:
            assert after[kobo_id].get("bruksareal") == area, (kobo_id, area, after[kobo_id])


def bad_input_is_answered(night: Night) -> None:
    """Law 11: each unread source and each rejected row has its words: an error, or a warning that holds its row until it is answered."""
    for read in night.reads.values():
        assert read.verdict is Verdict.COMPLETE or (read.message and read.melding)
    errors = night.validated.deviations.filter(pl.col("severity") == "error")
    holding = night.validated.deviations.filter(pl.col("rule").is_in([rule.id for rule in RULES if rule.holds]))
    answered = set(pl.concat([errors, holding]).select("source", "row").iter_rows())
    assert set(night.validated.rejected.select("source", "row").iter_rows()) <= answered
    assert errors.filter(pl.col("message").str.len_chars() < 10).is_empty()


def unknown_is_loud(night: Night, broken: dict[str, str], unknown_keys: set[tuple[str, str]]) -> None:
    """Law 12: an unknown heading is no read, an unknown category no accepted row."""
    for name, how in broken.items():
        assert night.reads[name].verdict is Verdict.FAILED, (name, how)
    accepted = set(night.validated.accepted.select("source", "source_key").iter_rows())
    assert not accepted & {key for key in unknown_keys if night.reads[key[0]].verdict is Verdict.COMPLETE}


def the_stock_is_what_stands(night: Night, ledger: Ledger, slug: str) -> None:
    """After each night: every dwelling that counts is in the ledger's stock with its category, and every movement changes something."""
    stock = ledger.stock(slug).filter("stands")
    in_stock = night.merged.dwellings.filter(why_not_counted().is_null()).select(
        "leverandor_bolig_id", category=pl.col("kategori").fill_null("")
    )
    assert in_stock.join(stock, on=["leverandor_bolig_id", "category"], how="anti").is_empty()
    history = ledger.movements(slug)
    for _, rows in history.group_by("leverandor_bolig_id", maintain_order=True):
        states = rows.select("stands", "category", "tenure").rows()
        assert all(before != after for before, after in pairwise(states))
