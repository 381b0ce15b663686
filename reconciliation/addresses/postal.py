"""Do postnummer and poststed, as written, speak for or against an official address?"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from reconciliation.addresses.register import AddressRegister, Official, place_key

_LIKE = 85


def agreeing(addresses: Sequence[Official], postnummer: str | None, poststed: str | None) -> list[Official]:
    """Those that the written postnummer fits; without one, those that the written poststed fits."""
    if postnummer:
        return [one for one in dict.fromkeys(addresses) if one.postnummer == postnummer]
    if poststed:
        return [one for one in dict.fromkeys(addresses) if same_place(poststed, one.poststed)]
    return []


def same_place(written: str | None, official: str | None) -> bool:
    """One of the two names of a place is enough (GÁIVUOTNA KÅFJORD), and so is a slip of a letter."""
    one, other = place_key(written), place_key(official)
    if not one or not other:
        return False
    return set(one.split()) <= set(other.split()) or fuzz.ratio(one, other) >= _LIKE


def postal_doubt(official: Official, postnummer: str | None, poststed: str | None, register: AddressRegister | None) -> str | None:
    """Why the address may lie elsewhere, or None. One of the two that fits is enough: postnummer is no municipality.

    "Storgata 1, 0155 Oslo" is no address of Elverum because Elverum has a Storgata 1.
    """
    if not (postnummer or poststed) or (postnummer and postnummer == official.postnummer) or same_place(poststed, official.poststed):
        return None
    shown = f"{official.postnummer} {official.poststed}"
    if poststed:
        known = register is not None and not postnummer and place_key(poststed) in register.villages
        if known:
            return None
        return f"Teksten sier {' '.join(part for part in (postnummer, poststed) if part)}, men adressen i registeret har {shown}."
    places = register.postnummer.get(postnummer or "", set()) if register is not None else set()
    if place_key(official.poststed) in places:
        return None
    return f"Teksten sier postnummer {postnummer}, men adressen i registeret har {shown}."
