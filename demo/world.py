"""The truth about Fjordvik: its buildings and the places and dwellings in them. Nothing here is dirty."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from demo.invented_numbers import organisation_number
from demo.streets import InventedStreet, streets

KOMMUNENUMMER = "9901"
COUNTS = {"institusjon": 338, "heldogns": 103, "oppfolging": 137, "eldre": 116, "tilpasset": 124, "ikke_tilpasset": 272}
"""The six counts of the housing plan, 1,090 in all."""
FACILIT, CARE, BOEI = "facilit", "helse_omsorg", "boei"
SOLD = 6
"""Dwellings beyond the counts that are sold during the story."""


@dataclass(frozen=True, slots=True)
class Building:
    """kind: hus (one dwelling), blokk, borettslag (several entrances, one matrikkel), bofellesskap, institusjon."""

    id: int
    kind: str
    kategori: str
    name: str
    street: InventedStreet
    nummer: int
    bokstav: str | None
    gardsnummer: int
    bruksnummer: int
    systems: tuple[str, ...]
    disposisjonsform: str
    eier_organisasjonsnummer: str | None
    sold: bool

    @property
    def house(self) -> str:
        """Number and letter as the cadastre writes them."""
        return f"{self.nummer}{self.bokstav or ''}"


@dataclass(frozen=True, slots=True)
class Dwelling:
    """One place or dwelling. bruksareal in square metres, manedsleie in kroner before any rise of the story."""

    id: str
    building: Building
    bruksenhetsnummer: str | None
    leilighetsnummer: str | None
    ekstra_referanse: str | None
    seksjonsnummer: int | None
    andelsnummer: str | None
    bruksareal: float
    antall_soverom: int
    etasjenummer: int
    rullestol: bool
    manedsleie: int
    hemmelig_adresse: bool

    @property
    def kategori(self) -> str:
        """Key of its category, which is that of its building."""
        return self.building.kategori


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is true of the invented municipality for one seed."""

    seed: int
    buildings: tuple[Building, ...]
    dwellings: tuple[Dwelling, ...]
    free_streets: tuple[InventedStreet, ...]
    """Streets on which the municipality lets nothing."""


# Share of each kind of building, and which systems know a building of the category: (systems, weight).
_KINDS = {
    "heldogns": (("bofellesskap", 5), ("blokk", 4), ("hus", 1)),
    "oppfolging": (("bofellesskap", 2), ("blokk", 4), ("hus", 6)),
    "eldre": (("blokk", 5), ("hus", 4)),
    "tilpasset": (("blokk", 3), ("hus", 6)),
    "ikke_tilpasset": (("blokk", 3), ("hus", 10), ("borettslag", 0)),
}
_SYSTEMS = {
    "heldogns": (((CARE,), 5), ((CARE, BOEI), 3), ((FACILIT, CARE), 2), ((FACILIT, CARE, BOEI), 1)),
    "oppfolging": (((CARE,), 4), ((CARE, BOEI), 4), ((FACILIT, CARE), 2), ((FACILIT, CARE, BOEI), 2)),
    "eldre": (((CARE,), 3), ((CARE, BOEI), 3), ((FACILIT, CARE), 2), ((FACILIT, CARE, BOEI), 2), ((FACILIT, BOEI), 1)),
    "tilpasset": (((FACILIT,), 4), ((FACILIT, BOEI), 5), ((BOEI,), 1)),
    "ikke_tilpasset": (((FACILIT,), 5), ((FACILIT, BOEI), 5), ((BOEI,), 1)),
}
_LEASED = ("INNLEID_FRA_KOMMUNALT_FORETAK", "INNLEID_FRA_STIFTELSE", "INNLEID_FRA_PRIVAT_FORETAK", "INNLEID_FRA_PRIVATPERSON")
_INSTITUTIONS = ("Fjordvik sykehjem", "Åsheim bo- og behandlingssenter", "Nausttunet omsorgssenter", "Solhøgda rehabilitering")


def counts_for(dwellings: int) -> dict[str, int]:
    """The plan's counts scaled to `dwellings`, largest remainder first, so that they always add up."""
    total = sum(COUNTS.values())
    exact = {key: count * dwellings / total for key, count in COUNTS.items()}
    counts = {key: int(value) for key, value in exact.items()}
    for key in sorted(exact, key=lambda k: counts[k] - exact[k])[: dwellings - sum(counts.values())]:
        counts[key] += 1
    return counts


@lru_cache(maxsize=4)
def build_world(seed: int = 2023, dwellings: int = 1090) -> World:
    """The universe for one seed, `dwellings` places in the plan's proportions (and a few more that will be sold)."""
    return _Builder(seed, dwellings).build()


class _Builder:
    """Draws buildings until every category has its count; each address and each matrikkel is given out once."""

    def __init__(self, seed: int, dwellings: int) -> None:
        self.random = Random(f"world {seed} {dwellings}")
        self.seed = seed
        self.counts = counts_for(dwellings)
        everything = streets(self.random, min(600, 40 + dwellings // 20))
        self.free, self.streets = tuple(everything[8:14]), everything[:8] + everything[14:]
        self.last_number: dict[int, int] = {}
        self.buildings: list[Building] = []
        self.dwellings: list[Dwelling] = []
        self.owners = [organisation_number(self.random) for _ in range(12)]

    def build(self) -> World:
        self._institutions(self.counts["institusjon"])
        for kategori in _KINDS:
            self._category(kategori, self.counts[kategori])
        for place in range(SOLD):
            kategori = ("ikke_tilpasset", "oppfolging", "tilpasset")[place % 3]
            systems = (FACILIT, BOEI) if place % 3 != 1 else (CARE, BOEI)
            self._units(self._building("hus", kategori, systems, sold=True), 1)
        return World(self.seed, tuple(self.buildings), tuple(self.dwellings), self.free)

    def _institutions(self, count: int) -> None:
        while count:
            beds = min(count, self.random.randint(40, 95))
            building = self._building("institusjon", "institusjon", (CARE,))
            self._units(building, beds)
            count -= beds

    def _category(self, kategori: str, count: int) -> None:
        left = count
        if kategori == "ikke_tilpasset":
            left -= self._borettslag(kategori, max(1, count // 60))
        kinds, weights = zip(*_KINDS[kategori], strict=True)
        while left:
            kind = self.random.choices(kinds, weights)[0] if left >= 12 else "hus"
            size = {"hus": 1, "blokk": self.random.randint(4, 12), "bofellesskap": self.random.randint(4, 7)}[kind]
            self._units(self._building(kind, kategori, self._systems(kind, kategori)), size)
            left -= size

    def _borettslag(self, kategori: str, entrances: int) -> int:
        """One matrikkel and several house numbers, whose unit numbers start again at H0101 in each. Only Facilit has it."""
        first = self._building("borettslag", kategori, (FACILIT,))
        self._units(first, 4, andel_from=1)
        for turn in range(1, entrances):
            self._units(self._building("borettslag", kategori, (FACILIT,), neighbour=first), 4, andel_from=1 + 4 * turn)
        return 4 * entrances

    def _systems(self, kind: str, kategori: str) -> tuple[str, ...]:
        choices, weights = zip(*_SYSTEMS[kategori], strict=True)
        systems: tuple[str, ...] = self.random.choices(choices, weights)[0]
        if kind == "bofellesskap":  # BOEI has a row per house, not per room with a lease
            return tuple(system for system in systems if system != BOEI)
        if kind == "blokk" and systems == (BOEI,):  # without unit numbers only BOEI's own labels would distinguish them
            return (FACILIT, BOEI)
        return systems

    def _building(
        self, kind: str, kategori: str, systems: tuple[str, ...], neighbour: Building | None = None, sold: bool = False
    ) -> Building:
        street = neighbour.street if neighbour else self.random.choice(self.streets)
        number = self.last_number.get(street.adressekode, 0) + self.random.randint(1, 3)
        self.last_number[street.adressekode] = number
        serial = len(self.buildings) + 1
        leased = systems == (FACILIT,) and kind == "hus" and self.random.random() < 0.45
        form = self.random.choice(_LEASED) if leased else "KOMMUNALT_EID"
        owner = self.random.choice(self.owners) if leased and form != "INNLEID_FRA_PRIVATPERSON" else None
        name = _INSTITUTIONS[(serial - 1) % len(_INSTITUTIONS)] if kind == "institusjon" else f"{street.name} {number}"
        building = Building(
            id=serial,
            kind=kind,
            kategori=kategori,
            name=name,
            street=street,
            nummer=number,
            bokstav=self.random.choice("ABC") if kind in ("hus", "blokk") and self.random.random() < 0.3 else None,
            gardsnummer=neighbour.gardsnummer if neighbour else 1 + serial % 120,
            bruksnummer=neighbour.bruksnummer if neighbour else 1 + serial // 120 * 3 + serial % 3,
            systems=systems,
            disposisjonsform=form,
            eier_organisasjonsnummer=owner,
            sold=sold,
        )
        self.buildings.append(building)
        return building

    def _units(self, building: Building, size: int, andel_from: int = 0) -> None:
        per_floor = 4 if size > 6 else 2
        sectioned = building.kind == "blokk" and building.systems == (CARE,) and self.random.random() < 0.5
        for index in range(size):
            floor = 1 + index // per_floor if building.kind in ("blokk", "borettslag") else 1
            unit = f"H{floor:02d}{1 + index % per_floor:02d}" if building.kind in ("blokk", "borettslag") else "H0101"
            room = building.kind in ("bofellesskap", "institusjon")
            bedrooms = 1 if room else self.random.choice((1, 1, 2, 2, 3))
            area = self.random.randint(18, 32) if room else 24 + bedrooms * 14 + self.random.randint(0, 18)
            half = 0.5 if BOEI not in building.systems and self.random.random() < 0.4 else 0.0
            self.dwellings.append(
                Dwelling(
                    id=f"D{len(self.dwellings) + 1:06d}",
                    building=building,
                    bruksenhetsnummer=None if building.kind == "institusjon" else unit,
                    leilighetsnummer=str(index + 1) if building.kind == "blokk" else None,
                    ekstra_referanse=f"Rom {index + 1}" if room else None,
                    seksjonsnummer=index + 1 if sectioned else None,
                    andelsnummer=str(andel_from + index) if building.kind == "borettslag" else None,
                    bruksareal=area + half,
                    antall_soverom=bedrooms,
                    etasjenummer=floor,
                    rullestol=building.kategori != "ikke_tilpasset" and self.random.random() < 0.6,
                    manedsleie=(4200 + bedrooms * 1500 + self.random.randint(0, 60) * 50),
                    hemmelig_adresse=building.systems[-1] == BOEI and self.random.random() < 0.012,
                )
            )
