"""Faults of a municipality's file that show only when its parts are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reconciliation.model.key_names import unusable_keys
from reconciliation.model.kobo_change_policy import THREE_WAY
from reconciliation.model.projection_settings import AGE_GROUP

if TYPE_CHECKING:
    from reconciliation.model.municipality import Municipality


def cross_faults(municipality: Municipality) -> Iterator[str]:
    """Sentences about keys that cannot be used as names, and about names that no other part of the file defines."""
    try:
        ZoneInfo(municipality.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"timezone: {municipality.timezone!r} is no time zone. Write e.g. Europe/Oslo."
    yield from unusable_keys("owners", municipality.owners)
    yield from unusable_keys("sources", municipality.sources)
    for name, source in municipality.sources.items():
        if source.owner not in municipality.owners:
            yield f"sources.{name}.owner: {source.owner!r} is not among `owners` ({', '.join(municipality.owners)})."
    if municipality.register_.by_file and municipality.register_.export is None:
        yield (
            "register.export: with `write: import_file` only a file exported from Kobo can tell what has arrived. Export one "
            "(also while it is empty), and write its path here."
        )
    for name in municipality.needs.services if municipality.needs else ():
        if name not in municipality.owners:
            yield f"needs.services: {name!r} is not among `owners` ({', '.join(municipality.owners)})."
    for name in municipality.changed_in_kobo:
        if name not in THREE_WAY:
            yield f"changed_in_kobo.{name}: no field that an update can change. It is one of {', '.join(THREE_WAY)}."
    yield from _sending_faults(municipality)
    yield from _projection_faults(municipality)
    yield from _desk_faults(municipality)
    ranked = {"default": municipality.survivorship.default, **municipality.survivorship.fields}
    for field, order in ranked.items():
        for name in order:
            if name not in municipality.sources:
                yield f"survivorship, {field}: {name!r} is not among `sources` ({', '.join(municipality.sources)})."


def _desk_faults(municipality: Municipality) -> Iterator[str]:
    for group, known in (municipality.desk.groups if municipality.desk else {}).items():
        for name in known.owners:
            if name not in municipality.owners:
                yield f"desk.groups.{group}.owners: {name!r} is not among `owners` ({', '.join(municipality.owners)})."


def _projection_faults(municipality: Municipality) -> Iterator[str]:
    if municipality.projection is None:
        return
    if municipality.needs is None:
        yield "projection: is shown beside what the services report, so `needs` must be there too. See config/demo.yaml."
    named = [*municipality.projection.categories]
    if municipality.projection.refugees:
        named.append(municipality.projection.refugees.category)
    for name in named:
        if name not in municipality.categories:
            yield f"projection: {name!r} is not among `categories` ({', '.join(municipality.categories)})."
    for name, category in municipality.projection.categories.items():
        for group in category.residents:
            if not re.fullmatch(AGE_GROUP, group):
                yield f'projection.categories.{name}.residents: {group!r} is no age group. Write e.g. "18-49" or "80+", in quotes.'
        if category.residents and category.shares:
            yield f"projection.categories.{name}: give `residents` or `shares`, not both."


def _sending_faults(municipality: Municipality) -> Iterator[str]:
    if municipality.send is None:
        return
    for name in municipality.send.owners:
        if name not in municipality.owners:
            yield f"send.owners: {name!r} is not among `owners` ({', '.join(municipality.owners)})."
    if municipality.send.workbook and not municipality.send.addresses:
        yield "send.workbook: the workbook holds addresses. Set `send.addresses: true` too if the way it is sent may carry them."
