"""Checks that a source's mapping can be applied, when the file is read and not later in the night."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from rapidfuzz import process

from connectors.source_config import AnySource
from kobo_client.contract import BY_NAME
from reconciliation.model import tables
from reconciliation.model.transform_names import GROUP_FIELDS, NAMES

_ALIKE = 60
"""Of 100: rapidfuzz's score from which a word is taken for a misspelt one."""


def faults_of(
    name: str, source: AnySource, categories: Collection[str], place: Callable[[str, str], str] = "sources.{}.fields.{}".format
) -> Iterator[str]:
    """One sentence per fault: what, where in the file, what to write instead. place: how messages name a field of the source."""
    for canonical, mapping in source.fields.items():
        where = place(name, canonical)
        if mapping.transform not in NAMES:
            yield f"{where}: `as: {mapping.transform}` is no transform; {_nearest(mapping.transform, NAMES)}"
        elif mapping.transform not in GROUP_FIELDS and canonical not in tables.CONTENT:
            yield f"{where}: is no field; {_nearest(canonical, tables.CONTENT)}"
        if mapping.transform == "lookup" and not mapping.table:
            yield f"{where}: `as: lookup` needs a `table` of value: meaning."
        if mapping.transform == "extract" and not mapping.pattern:
            yield f"{where}: `as: extract` needs a `pattern` with one group."
        if words := BY_NAME[canonical].values if canonical in BY_NAME else ():
            values = [*(mapping.table or {}).values(), *([mapping.constant] if mapping.constant is not None else [])]
            for value in [str(written) for written in values if written is not None and written not in words]:
                yield f"{where}: {value!r} is no {canonical} of Kobo's. Kobo has {', '.join(words)}."
            if canonical == "boligstatus" and mapping.transform != "lookup" and mapping.constant is None:
                yield f"{where}: the source's words are not Kobo's; use `as: lookup` with a `table`."
        if canonical == "kategori":
            targets = [str(value) for value in (mapping.table or {}).values()]
            for value in [*targets, *([str(mapping.constant)] if mapping.constant is not None else [])]:
                if value not in categories:
                    yield f"{where}: {value!r} is no category of this file; {_nearest(value, categories)}"


def _nearest(word: str, known: Collection[str]) -> str:
    """The known word that it may be a slip of; else all of them."""
    closest = process.extractOne(word, list(known), score_cutoff=_ALIKE)
    if closest:
        return f"did you mean {closest[0]!r}?"
    return f"choose among {', '.join(known)}." if known else "there is none to choose from."
