"""The message to each data owner when something of theirs has changed: counts and a link, in bokmål."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import polars as pl

from connectors.read_result import Verdict
from language import counted, listed, rendered, text
from reconciliation.decisions.question import Question
from reporting.deviation_lines import deviation_lines
from reporting.headline import first_sentence
from reporting.night_report import NightResult
from reporting.privacy import hide_secret_values
from reporting.progress_overview import OwnerLife, lives, owner_title

QUOTED = 10
"""So many rows are quoted at most, where quoting is allowed; the workbook holds them all."""
NOTHING = ""
"""Digest of an empty list."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one owner, and digests of what it is about: `deviations`, `questions` and `unread` (sources).

    A part that is unknown tonight (a source was not read, Kobo was not seen) is left out of `about`: it counts as unchanged.
    """

    owner: str
    title: str
    body: str
    about: Mapping[str, str]


def worth_sending(letter: Letter, sent: Mapping[str, str]) -> bool:
    """Whether it has news compared with the letter before. sent: `about` of all earlier letters, the latest of each part.

    A source that is read again appears in its list if that has changed; it is not news by itself.
    """
    news = {part for part, digest in letter.about.items() if digest != sent.get(part, NOTHING)}
    return bool(news - {"unread"}) or ("unread" in news and letter.about["unread"] != NOTHING)


def letters(result: NightResult, link: str, *, addresses: bool = False) -> list[Letter]:
    """One per owner of the municipality's file, whether it is worth sending or not.

    link: where the page is. addresses: rows may be quoted; without it no value of any row is in a letter. What belongs to a secret
    address is hidden either way.
    """
    shown = hide_secret_values(result)
    by_owner = {life.owner: life for life in lives(result)}
    made = []
    for owner in result.municipality.owners:
        theirs = shown.filter(pl.col("owner") == owner)
        lines = deviation_lines(theirs)
        asked = [question for question in result.questions if question.owner == owner and question.decided is None]
        unread = [source.title for source in result.sources.values() if source.owner == owner and source.verdict is not Verdict.COMPLETE]
        quoted = list(_quoted(lines)) if addresses else []
        body = _body(result, owner, by_owner.get(owner), len(asked), unread, quoted, link)
        made.append(Letter(owner, _title(result, owner, lines.height, unread), body, _about(result, theirs, asked, unread)))
    return made


def _title(result: NightResult, owner: str, deviations: int, unread: Sequence[str]) -> str:
    named = owner_title(result, owner)
    if unread:
        return text("letter.title_unread", owner=named)
    return text("letter.title", owner=named, count=counted(deviations, "avvik"))


def _body(
    result: NightResult, owner: str, life: OwnerLife | None, asked: int, unread: Sequence[str], quoted: Sequence[str], link: str
) -> str:
    parts = [text("letter.hello", owner=owner_title(result, owner)), first_sentence(result)]
    if unread:
        parts.append(text("letter.unread", sources=listed(unread)))
    if life and (life.open or life.fixed):
        parts.append(_counts(life))
    if asked:
        parts.append(text("letter.asked", count=counted(asked, "spørsmål")))
    if not unread and not asked and not (life and life.open):
        parts.append(text("letter.nothing"))
    if quoted:
        parts.append("\n".join(quoted))
    if asked and (desk := result.municipality.desk) and desk.url:
        parts.append(text("letter.desk", link=f"{desk.url.rstrip('/')}/min-liste?eier={quote(owner)}"))
    return "\n\n".join([*parts, text("letter.link", link=link), text("letter.why")]) + "\n"


def _counts(life: OwnerLife) -> str:
    parts = [text("letter.open", count=life.open)]
    lately = [text(f"letter.{name}", count=many) for name, many in (("new", life.new), ("fixed", life.fixed)) if many]
    if lately:
        parts.append(text("letter.since", what=listed(lately)))
    if life.returned:
        parts.append(text("letter.returned", count=life.returned))
    return " ".join(parts)


def _quoted(lines: pl.DataFrame) -> Iterator[str]:
    """The newest first, for they are what the letter is about."""
    ordered = lines.sort("is_new", "file", "sheet", "row", "rule", descending=[True, *[False] * 4], nulls_last=True)
    for row in ordered.head(QUOTED).iter_rows(named=True):
        which = text("letter.row", row=row["row"]) if row["row"] else ", ".join(row["keys"]) or None
        places = (row["file"], row["sheet"], which)
        yield text("letter.quoted", place=", ".join(place for place in places if place), message=rendered(row["message"]))
    if lines.height > QUOTED:
        yield text("letter.more", count=counted(lines.height - QUOTED, "avvik"))


def _about(result: NightResult, theirs: pl.DataFrame, asked: Sequence[Question], unread: Sequence[str]) -> dict[str, str]:
    about = {"unread": _digest(sorted(unread))}
    if not unread:
        # Rows are identified by key, so that a row inserted above is no news; by place where they have no key.
        known = pl.coalesce("source_key", pl.format("{}:{}", pl.col("sheet").fill_null(""), "row"))
        lines = theirs.select("source", known.alias("known"), "column", "rule", "value").unique().sort(pl.all(), nulls_last=True)
        about["deviations"] = _digest(lines.write_csv(include_header=False).splitlines())
    if result.register_verdict == "complete":
        about["questions"] = _digest(sorted(f"{question.id} {question.evidence}" for question in asked))
    return about


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else NOTHING
