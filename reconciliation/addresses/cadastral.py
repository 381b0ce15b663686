"""gnr/bnr where an address should be."""

from __future__ import annotations

import re

from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.resolution import answer, refused
from reconciliation.addresses.verdicts import Resolution, Resolved
from reconciliation.identifiers import municipalities, parse_matrikkel

_MUNICIPALITY = re.compile(r"^(\d{4})[\s-]")
_UNDERNUMMER = re.compile(r"(?<=\d)-\d{1,3}$")
""" "12/4/1-2", as a matrikkeladresse is written."""


def resolve_cadastral(register: AddressRegister, text: str, parsed: ParsedAddress) -> Resolved:
    """gnr/bnr is no address: a parcel can hold a hundred. Only an official matrikkeladresse is one."""
    number = re.split(r",\s*\d{4}\b", text)[0].strip()
    found = parse_matrikkel(_UNDERNUMMER.sub("", number) if "/" in number else number)
    if found is None:
        return refused(parsed, Resolution.NOT_AN_ADDRESS, "Matrikkelnummeret kan ikke tolkes. Skriv gnr/bnr eller gatenavn og husnummer.")
    parcel = (found.gardsnummer or 0, found.bruksnummer or 0, found.festenummer or 0)
    there = register.parcels.get(parcel, [])
    if stated := _MUNICIPALITY.match(number):
        today = municipalities().current(stated.group(1)) or (stated.group(1),)
        there = [one for one in there if one.kommunenummer in today]
    shown = "/".join(str(part) for part in parcel if part)
    if not there:
        return refused(parsed, Resolution.OUTSIDE, f"Matrikkelnummer {shown} har ingen adresse i adresseregisteret.")
    if len(there) > 1:
        reason = f"Matrikkelnummer {shown} har {len(there)} adresser. Skriv gatenavn og husnummer."
        return refused(parsed, Resolution.AMBIGUOUS, reason, [str(one) for one in there])
    return answer(Resolution.SUGGESTED, there[0], parsed, f"Matrikkelnummer {shown} har bare denne adressen.")
