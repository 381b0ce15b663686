"""Which spellings of a street's name are one street of the municipality: Storgata, Storgaten and STORGATA, where it has one such street."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from reconciliation.addresses.folding import fold
from reconciliation.addresses.spelling_keys import street_keys


def comparison_keys(ours: Collection[str], theirs: Collection[str], official: Collection[str] | None) -> Mapping[str, str]:
    """Name -> what it is compared by: its folded form, and for spellings of one street one key.

    official: the municipality's streets. Without them a spelling counts as another's only where each side has one way to write it.
    """
    sides = [_forms(official)] if official is not None else [_forms(ours), _forms(theirs)]
    return {name: _key(name, sides) for name in {*ours, *theirs}}


def _forms(names: Iterable[str]) -> Mapping[str, set[str]]:
    """Spelling key -> the folded names that have it."""
    forms: dict[str, set[str]] = defaultdict(set)
    for name in names:
        forms[street_keys(name).sure].add(fold(name))
    return forms


def _key(name: str, sides: Collection[Mapping[str, set[str]]]) -> str:
    spelling = street_keys(name).sure
    # No folded name has a blank.
    return f"one street {spelling}" if spelling and all(len(forms.get(spelling, ())) == 1 for forms in sides) else fold(name)
