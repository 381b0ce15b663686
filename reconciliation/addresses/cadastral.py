"""A matrikkelnummer in place of an address."""

from __future__ import annotations

import re

from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.resolution import resolved, unresolved
from reconciliation.addresses.verdicts import Resolution, Resolved
from reconciliation.identifiers import kommune_table, parse_matrikkel

_MUNICIPALITY = re.compile(r"^(\d{4})[\s-]")
_UNDERNUMMER = re.compile(r"(?<=\d)-\d{1,3}$")
""" "12/4/1-2", as a matrikkeladresse is written."""


def resolve_cadastral(register: AddressRegister, text: str, parsed: ParsedAddress) -> Resolved:
    """A parcel can have a hundred dwellings, so gnr/bnr is an address only where it is an official matrikkeladresse."""
    number = re.split(r",\s*\d{4}\b", text)[0].strip()
    matrikkel = parse_matrikkel(_UNDERNUMMER.sub("", number) if "/" in number else number)
    if matrikkel is None:
        return unresolved(parsed, Resolution.NOT_AN_ADDRESS, reason("cadastral_unclear"))
    parcel = (matrikkel.gardsnummer or 0, matrikkel.bruksnummer or 0, matrikkel.festenummer or 0)
    on_parcel = register.parcels.get(parcel, [])
    if stated := _MUNICIPALITY.match(number):
        today = kommune_table().current(stated.group(1)) or (stated.group(1),)
        on_parcel = [official for official in on_parcel if official.kommunenummer in today]
    shown = "/".join(str(part) for part in parcel if part)
    if not on_parcel:
        return unresolved(parsed, Resolution.OUTSIDE, reason("parcel_without", number=shown))
    if len(on_parcel) > 1:
        several = reason("parcel_with_several", number=shown, count=len(on_parcel))
        return unresolved(parsed, Resolution.AMBIGUOUS, several, [str(official) for official in on_parcel])
    return resolved(Resolution.SUGGESTED, on_parcel[0], parsed, reason("parcel_with_one", number=shown))
