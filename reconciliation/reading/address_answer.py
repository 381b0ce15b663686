"""The address of one row: its parts, the rule that it breaks, and messages for its owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from language import and_then, message, stored
from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.around_address import not_used, words_around
from reconciliation.addresses.parsed_address import ParsedAddress, ParseStatus
from reconciliation.addresses.parsing import parse_address
from reconciliation.addresses.plain_form import parse_plain
from reconciliation.addresses.postal import doubt_of_columns, much_the_same_place
from reconciliation.addresses.resolving import resolve_text
from reconciliation.addresses.verdicts import Resolution, Resolved
from reconciliation.model import tables
from reconciliation.model.transform_names import GROUP_FIELDS

PARTS = GROUP_FIELDS["address"]
ANSWER: dict[str, pl.DataType] = {
    **{f"_{name}": tables.CONTENT[name] for name in PARTS},
    "broken": pl.String(),  # id of the rule the text breaks
    "why": pl.String(),  # messages: what was not understood, or what the register says
    "beside": pl.String(),  # messages: words that are beside the address and are not used
    "post": pl.String(),  # messages: what the register has instead of the row's postnummer or poststed
    "points": pl.Boolean(),  # to another row
    "kommune": pl.String(),  # kommunenummer of the certain address
    "certain": pl.Boolean(),
    "units": pl.List(pl.String()),  # bruksenhetsnummer that the register has at the certain address
}
"""Columns of one address: its parts with an underscore before their names, and the messages about it."""
_RULE_OF = {
    ParseStatus.NOT_A_HOME: "A03",
    ParseStatus.UNCLEAR: "A04",
    ParseStatus.CADASTRAL: "A04",
    ParseStatus.POINTS_ELSEWHERE: "A04",
    ParseStatus.EMPTY: "A04",
}


def address_answer(register: AddressRegister | None, text: str, housed: bool, code: str | None, place: str | None) -> Mapping[str, Any]:
    """ANSWER of one question. code, place: postnummer and poststed as the row's columns were read."""
    parsed = parse_plain(text) or parse_address(text, code, housed=housed)
    texts = {
        "_adressenavn": parsed.adressenavn,
        "_nummer": parsed.nummer,
        "_bokstav": parsed.bokstav,
        "_bruksenhetsnummer": parsed.bruksenhetsnummer,
        "_leilighetsnummer": parsed.leilighetsnummer,
        "_ekstra_referanse": parsed.rom,
        "_postnummer": parsed.postnummer,
        "_poststed": parsed.poststed,
        "broken": _rule_of(parsed),
        "why": _why_not_whole(parsed),
        "beside": _beside(parsed, code, register),
        "points": parsed.status is ParseStatus.POINTS_ELSEWHERE,
        "certain": False,
    }
    if register is None:
        return texts
    resolved = resolve_text(register, text, code, place, housed=housed)
    if resolved.address_certain:
        units = register.units_at(resolved.kommunenummer, resolved.adressenavn or "", (resolved.nummer or 0, resolved.bokstav or ""))
        return {**texts, **_official(resolved, parsed, code, place), "units": units}
    # Only part of the text, or a house number that may be a postnummer: it is only asked about.
    if (resolved.left_over or (resolved.nummer and parsed.nummer is None)) and texts["broken"] is None:
        texts["broken"] = "A04"
    return {**texts, "why": _verdict_messages(resolved)}


_NAMES_IT = "address_reasons.did_you_mean"
"""The reason whose text already has the suggested street."""


def _verdict_messages(resolved: Resolved) -> str:
    """The verdict, the register's reason, and the address it suggests where the reason does not name it, as messages."""
    verdict = stored(message(f"address_verdicts.{resolved.verdict}"))
    sentence = and_then(verdict, resolved.reason) if resolved.reason else verdict
    if resolved.verdict is not Resolution.SUGGESTED or resolved.adressenavn is None or _NAMES_IT in sentence:
        return sentence
    address = f"{resolved.adressenavn} {resolved.nummer or ''}{resolved.bokstav or ''}".strip()
    return and_then(sentence, stored(message("row_address.suggestion", address=address)))


def _rule_of(parsed: ParsedAddress) -> str | None:
    """The rule that a text breaks: only a text that is wholly one address is accepted. A street without a number breaks rule A02."""
    if parsed.status in _RULE_OF:
        return _RULE_OF[parsed.status]
    if parsed.status is ParseStatus.NO_NUMBER:
        return "A04" if parsed.unclear else None
    return None if parsed.whole else "A04"


def _why_not_whole(parsed: ParsedAddress) -> str | None:
    """Messages about the parts that were not understood; None when all were."""
    if parsed.status is ParseStatus.OK and not parsed.whole and parsed.unclear is None:
        return stored(message("row_address.entrance_letter", letter=parsed.oppgangsbokstav))
    if parsed.status is ParseStatus.EMPTY:
        return parsed.unclear or stored(message("row_address.no_street"))
    if parsed.status is ParseStatus.NOT_A_HOME:
        return None
    return parsed.unclear


def _beside(parsed: ParsedAddress, code: str | None, register: AddressRegister | None) -> str | None:
    """Words of the cell that are not used, and a postnummer in it that is not the column's."""
    doubts = (not_used(words_around(register, parsed)), doubt_of_columns(parsed, code))
    remarks = [doubt for doubt in doubts if doubt]
    return and_then(*remarks) if remarks else None


def _official(resolved: Resolved, parsed: ParsedAddress, code: str | None, place: str | None) -> Mapping[str, Any]:
    if parsed.nummer is None and parsed.postnummer == str(resolved.nummer):
        parsed = replace(parsed, postnummer=None)  # The register knows it as the house's.
    return {
        "_adressenavn": resolved.adressenavn,
        "_nummer": resolved.nummer,
        "_bokstav": resolved.bokstav,
        "_postnummer": parsed.postnummer or resolved.postnummer,
        "_poststed": parsed.poststed or resolved.poststed,
        "broken": None,
        "why": None,
        "kommune": resolved.kommunenummer,
        "post": _other_post(resolved, code or parsed.postnummer, place or parsed.poststed),
        "certain": True,
    }


def _other_post(resolved: Resolved, postnummer: str | None, poststed: str | None) -> str | None:
    other_code = bool(postnummer and resolved.postnummer) and postnummer != resolved.postnummer
    other_place = bool(poststed and resolved.poststed) and not much_the_same_place(poststed, resolved.poststed)
    if not (other_code or other_place):
        return None
    return stored(message("rules.official_post", post=" ".join(part for part in (resolved.postnummer, resolved.poststed) if part)))
