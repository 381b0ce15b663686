"""The official addresses of one or several municipalities, looked up by name, by spelling key and by similar spelling."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.folding import fold
from reconciliation.addresses.kartverket_file import read_official
from reconciliation.addresses.lost_letters import bare_keys, keys_of_lost, may_have_become
from reconciliation.addresses.spelling_keys import digits, folded_letters, marks, street_keys, tokens
from reconciliation.addresses.street_houses import FoundBy, House, Official, Street, StreetCandidates

_TWO_NAMES = re.compile(r"\s+[-–/]\s+|/")
_BETWEEN_NAMES = re.compile(r"\s*[-–/]\s*")
_SHORT = 8
ONLY_UNIT = "H0101"
"""What a detached house with one dwelling has, also where the file leaves it blank."""


class AddressRegister:
    """Indexes over official addresses. Built once, then only read; lookups of names are cached."""

    def __init__(self, frame: pl.DataFrame) -> None:
        """frame: `official.OFFICIAL`."""
        self.streets: list[Street] = []
        self.postnummer: dict[str, set[str]] = defaultdict(set)
        self.places: set[str] = set()
        self.farms: set[str] = set()
        """Place names written before an address (adressetilleggsnavn)."""
        self.units: dict[tuple[str, str, House], set[str]] = defaultdict(set)
        self.parcels: dict[tuple[int, int, int], list[Official]] = defaultdict(list)
        self.cadastral: dict[tuple[int, int, int, int], list[Official]] = defaultdict(list)
        self._found: dict[str, StreetCandidates] = {}
        self._fill(frame)
        self._with_units = {municipality for municipality, _, _ in self.units}
        self.known_places = self.places | self.farms
        self.villages = self.known_places - {place for places in self.postnummer.values() for place in places}
        self._by_fold = _index(self.streets, lambda name: (fold(name),))
        self._by_key = _index(self.streets, lambda name: (street_keys(name).sure,))
        self._by_bare = _index(self.streets, bare_keys)
        self._bare_keys = sorted(self._by_bare)
        self._by_tail = _index(self.streets, _tails)
        self._numbered = {key for key in self._by_key if re.search(r"\d[a-zæøå]?$", key)}
        self._folds = sorted(self._by_fold)
        self._keys = sorted(self._by_key)

    def _fill(self, frame: pl.DataFrame) -> None:
        by_name: dict[tuple[str, str | None], Street] = {}
        seen: set[tuple[object, ...]] = set()
        for row in frame.iter_rows(named=True):
            if row["postnummer"]:
                self.postnummer[row["postnummer"]].add(place_key(row["poststed"]))
            self.places |= {place_key(row[name]) for name in ("poststed", "kommunenavn", "tettstednavn", "grunnkretsnavn") if row[name]}
            if row["adressetilleggsnavn"]:
                self.farms.add(place_key(row["adressetilleggsnavn"]))
            name, house = row["adressenavn"], (row["nummer"] or 0, row["bokstav"] or "")
            parcel = (row["gardsnummer"] or 0, row["bruksnummer"] or 0, row["festenummer"] or 0)
            official = Official(
                row["lokalid"], row["kommunenummer"], name or row["adresseTekst"] or "", *house, row["postnummer"], row["poststed"]
            )
            if name and row["bruksenhetsnummerTekst"]:
                self.units[(row["kommunenummer"] or "", name, house)].add(row["bruksenhetsnummerTekst"])
            identity = (official, parcel, row["undernummer"])
            if identity in seen:
                continue
            seen.add(identity)
            self.parcels[parcel].append(official)
            if name is None:
                self.cadastral[(*parcel, row["undernummer"] or 0)].append(official)
                continue
            street = by_name.get((name, row["kommunenummer"]))
            if street is None:
                street = by_name[(name, row["kommunenummer"])] = Street(name, row["kommunenummer"])
                self.streets.append(street)
            houses_there = street.houses[house]
            known = next((at for at, other in enumerate(houses_there) if replace(other, lokalid=official.lokalid) == official), None)
            if known is None:
                houses_there.append(official)
            elif houses_there[known].lokalid is None:
                houses_there[known] = official  # The file on dwelling level has the same house without its id.

    def unit_doubt(self, official: Official, unit: str | None) -> str | None:
        """A message when the unit is not one of that address, or None. Checked only where the municipality's file has units."""
        return self.unit_reason(official.kommunenummer, official.adressenavn, (official.nummer, official.bokstav), unit)

    def unit_reason(self, kommunenummer: str | None, adressenavn: str, house: House, unit: str | None) -> str | None:
        """`unit_doubt` of an address by its parts."""
        municipality = kommunenummer or ""
        units = self.units.get((municipality, adressenavn, house), set())
        if unit is None or unit in units or (not units and unit == ONLY_UNIT) or municipality not in self._with_units:
            return None
        address = f"{adressenavn} {house[0]}{house[1]}"
        if not units:
            return reason("no_units", address=address, unit=unit)
        return reason("other_units", address=address, unit=unit, units=sorted(units)[:4])

    def units_at(self, kommunenummer: str | None, adressenavn: str, house: House) -> list[str]:
        """The units that the register has at the address, sorted."""
        return sorted(self.units.get((kommunenummer or "", adressenavn, house), ()))

    def has_house(self, beside: Official, letter: str) -> bool:
        """Whether the same number exists with that letter in the same street."""
        return any((beside.nummer, letter) in street.houses for street in self.streets if street.adressenavn == beside.adressenavn)

    def is_numbered_name(self, name: str) -> bool:
        """Whether that is the name of a street that ends in a number ("Gate 1"), or a spelling of it."""
        return bool(self._numbered) and street_keys(name).sure in self._numbered

    def find(self, name: str) -> StreetCandidates:
        """The streets a written name may mean."""
        candidates = self._found.get(name)
        if candidates is None:
            candidates = self._found[name] = self._find(name)
        return candidates

    def _find(self, name: str) -> StreetCandidates:
        folded, spelling = fold(name), street_keys(name)
        if not spelling.sure:
            return StreetCandidates(FoundBy.NONE)
        alike = self.spelt(name)
        if exact := self._by_fold.get(folded, ()):
            nearby = self._within(folded, 1, exact)
            return StreetCandidates(
                FoundBy.NAME, exact, tuple(dict.fromkeys(street for street in (*alike, *nearby) if street not in exact))
            )
        if alike:
            return StreetCandidates(FoundBy.SPELLING, alike, self._within(folded, 1, alike))
        lost = self._lost_letters(name)
        if lost:
            return StreetCandidates(FoundBy.LOST_LETTERS, lost, self._rivals_of_lost(name, lost))
        guessed = dict.fromkeys(street for key in spelling.guesses for street in self._by_key.get(key, ()))
        for street in self._shortened(name):
            guessed[street] = None
        nearby = self._within(folded, 1, ())
        if guessed:
            return StreetCandidates(FoundBy.GUESS, tuple(dict.fromkeys((*guessed, *nearby))))
        nearby = self._nearest_streets(folded, spelling.sure)
        return StreetCandidates(FoundBy.NEAR, nearby) if nearby else StreetCandidates(FoundBy.NONE)

    def _within(self, folded: str, distance: int, others: Sequence[Street]) -> tuple[Street, ...]:
        hits = process.extract(folded, self._folds, scorer=OSA.distance, score_cutoff=distance, limit=None)
        same = [hit for hit, _, _ in hits if digits(hit) == digits(folded)]
        return tuple(dict.fromkeys(street for hit in same for street in self._by_fold[hit] if street not in others))

    def _lost_letters(self, name: str) -> tuple[Street, ...]:
        """The streets whose names become the written one by losing letters."""
        streets = dict.fromkeys(street for key in keys_of_lost(name) for street in self._by_bare.get(key, ()))
        return tuple(street for street in streets if may_have_become(street.adressenavn, name))

    def _rivals_of_lost(self, name: str, streets: Sequence[Street]) -> tuple[Street, ...]:
        """The streets that are as near or nearer: one letter away as they are or with letters bare, or beginning as the written name."""
        folded = fold(name)
        nearby = dict.fromkeys(self._within(folded, 1, streets))
        for key in keys_of_lost(name):
            hits = process.extract(key, self._bare_keys, scorer=OSA.distance, score_cutoff=1, limit=None)
            nearby |= dict.fromkeys(
                street for hit, _, _ in hits if (digits(hit), marks(hit)) == (digits(key), marks(key)) for street in self._by_bare[hit]
            )
        at = bisect_left(self._folds, folded)
        while at < len(self._folds) and self._folds[at].startswith(folded):
            nearby |= dict.fromkeys(self._by_fold[self._folds[at]])
            at += 1
        return tuple(street for street in nearby if street not in streets)

    def _nearest_streets(self, folded: str, key: str) -> tuple[Street, ...]:
        """The streets with the most similar names, and those that differ by one letter more, which is too little to decide by."""
        cutoff = 1 if len(key) < _SHORT else 2
        best: dict[Street, int] = {}
        for text, choices, index in ((folded, self._folds, self._by_fold), (key, self._keys, self._by_key)):
            for hit, distance, _ in process.extract(text, choices, scorer=OSA.distance, score_cutoff=cutoff, limit=None):
                if digits(hit) == digits(text) and (index is self._by_fold or marks(hit) == marks(text)):
                    for street in index[hit]:
                        best[street] = min(int(distance), best.get(street, cutoff))
        return tuple(sorted(best, key=lambda street: (best[street], street.adressenavn)))

    def _shortened(self, name: str) -> list[Street]:
        """Streets with the same last words, whose first names are shortened, written out or left out."""
        words = tokens(name)
        streets = [street for tail in _tails(name) for street in self._by_tail.get(tail, ())]
        return [street for street in dict.fromkeys(streets) if _could_be(words, tokens(street.adressenavn))]

    def spelt(self, name: str) -> tuple[Street, ...]:
        """The streets that the name is a spelling of; of two names in another order, the one street that has both."""
        return self._by_key.get(street_keys(name).sure, ()) or self._both_names(name)

    def _both_names(self, name: str) -> tuple[Street, ...]:
        parts = [part for part in _BETWEEN_NAMES.split(name) if part]
        if len(parts) < 2:
            return ()
        first, *others = (self._by_key.get(street_keys(part).sure, ()) for part in parts)
        return tuple(street for street in first if all(street in other for other in others))

    def alike(self, adressenavn: str) -> tuple[Street, ...]:
        """Streets whose official names are spellings of the same."""
        return self._by_key.get(street_keys(adressenavn).sure, ())

    def nearest(self, name: str, limit: int = 3) -> list[str]:
        """The official names with the most similar spelling, to show to a person."""
        hits = process.extract(fold(name), self._folds, scorer=OSA.normalized_similarity, score_cutoff=0.6, limit=limit)
        return list(dict.fromkeys(self._by_fold[hit][0].adressenavn for hit, _, _ in hits))


def load_register(paths: Sequence[Path]) -> AddressRegister:
    """The register of Kartverket's files. Raises AddressFileError."""
    return AddressRegister(read_official(paths))


@lru_cache(maxsize=1 << 12)
def place_key(place: str | None) -> str:
    """Comparison key of a poststed or a municipality: a few names, asked for several times per address."""
    return re.sub(r" (?:kommune|herred|gielda|suohkan)$", "", re.sub(r"[\W_]+", " ", folded_letters(place or "")).strip())


def _index(streets: Iterable[Street], key_of: Callable[[str], tuple[str, ...]]) -> dict[str, tuple[Street, ...]]:
    made: dict[str, dict[Street, None]] = defaultdict(dict)
    for street in streets:
        names = (street.adressenavn, *(part for part in _TWO_NAMES.split(street.adressenavn) if part != street.adressenavn))
        for name in names:
            for key in key_of(name):
                if key:
                    made[key][street] = None
    return {key: tuple(values) for key, values in made.items()}


def _tails(name: str) -> tuple[str, ...]:
    """The last two words as one key: titles and first names are shortened, the surname never (Adresseveileder 12)."""
    words = tokens(name)
    return (street_keys(" ".join(words[-2:])).sure,) if len(words) > 1 else ()


def _could_be(written: Sequence[str], official: Sequence[str]) -> bool:
    first, second = [word.rstrip(".") for word in written[:-2]], [word.rstrip(".") for word in official[:-2]]
    if len(first) != len(second):
        return not first or not second
    return all(a.startswith(b) or b.startswith(a) for a, b in zip(first, second, strict=True))
