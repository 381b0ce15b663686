"""Who does what on which night: drawn once from the seed, so that any night can be written without the ones before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from demo.dirt import DIRT, HOUSE, SHARE, TWICE, TWO_HOUSES, TWO_UNITS, UNIT, Dirt
from demo.world import BOEI, CARE, FACILIT, Building, Dwelling, World, build_world

LAST = 11
"""Index of the last night; the first is 0."""
SOLD_FROM = 3
"""The night from which sold dwellings are in no system."""
FAILED_NIGHT = 4
"""The night the care services' workbook cannot be read."""
NEVER = 99
_APPEARS = (62, 3, 5, 2, 4, 2, 6, 3, 5, 4, 4, 0)
"""Percent of the dwellings that are in the systems on the first night, and typed in before each later one."""
_REGISTERED, _WRONG_LETTER, _OUTDATED, _CONTRADICTED_UNITS, _UNTIED, _CONTRADICTED = 88, 4, 12, 4, 4, 12


@dataclass(frozen=True, slots=True)
class Stain:
    """One dirty row. Dirty before night `corrected`. partner: the dwelling whose key was copied (TWO_HOUSES)."""

    dirt: Dirt
    corrected: int
    partner: str | None = None


@dataclass(slots=True)
class Script:
    """Dwelling and building ids throughout.

    registered: in the register before the first night: dwelling -> equal | outdated | wrong_letter.
    """

    world: World
    appears: dict[int, int] = field(default_factory=dict)
    registered: dict[str, str] = field(default_factory=dict)
    stains: dict[tuple[str, str], Stain] = field(default_factory=dict)
    contradicted_units: set[str] = field(default_factory=set)
    untied: set[str] = field(default_factory=set)
    contradicted: set[str] = field(default_factory=set)
    written_units: set[str] = field(default_factory=set)
    """Houses whose H0101 every system must write."""
    blank_units: set[str] = field(default_factory=set)
    """Houses whose H0101 no system writes."""


@lru_cache(maxsize=4)
def script(seed: int = 2023, dwellings: int = 1090) -> Script:
    """The story of one seed; everything in it scales with `dwellings`."""
    return _Writer(build_world(seed, dwellings), Random(f"script {seed} {dwellings}"), dwellings / 1090).write()


class _Writer:
    """Gives each building at most one oddity, so that the truth about each stays easy to state."""

    def __init__(self, world: World, random: Random, scale: float) -> None:
        self.random, self.scale = random, scale
        self.script = Script(world)
        self.units: dict[int, list[Dwelling]] = defaultdict(list)
        for dwelling in world.dwellings:
            self.units[dwelling.building.id].append(dwelling)
        self.free = [b for b in world.buildings if b.kind not in ("institusjon", "borettslag") and not b.sold]
        self.random.shuffle(self.free)

    def write(self) -> Script:
        nights = range(LAST + 1)
        for building in self.script.world.buildings:
            settled = building.kind in ("institusjon", "borettslag") or building.sold
            night = 0 if settled else self.random.choices(nights, _APPEARS)[0]
            unseen = night == FAILED_NIGHT and CARE in building.systems
            self.script.appears[building.id] = night + 1 if unseen else night
        self._register()
        for chosen, count, systems in (
            (self.script.contradicted_units, _CONTRADICTED_UNITS, {FACILIT, CARE}),
            (self.script.untied, _UNTIED, {BOEI}),
        ):
            for building in self._take(count, "blokk", systems):
                chosen.add(self.random.choice(self.units[building.id]).id)
        for building in self._take(_CONTRADICTED, "hus", {BOEI}, two=True):
            self.script.contradicted.add(self.units[building.id][0].id)
        self._stains()
        return self.script

    def _count(self, count: float) -> int:
        return max(1, round(count * self.scale))

    def _take(self, count: int, kind: str, systems: set[str], two: bool = False) -> list[Building]:
        """Reserves buildings for one special case; no other case may use them afterwards."""
        fitting = [b for b in self.free if b.kind == kind and systems <= set(b.systems) and (not two or len(b.systems) > 1)]
        taken = fitting[: self._count(count)]
        gone = {building.id for building in taken}
        self.free = [building for building in self.free if building.id not in gone]
        return taken

    def _register(self) -> None:
        """Dwellings that were typed into the register earlier: houses first, then whole buildings."""
        wanted = self._count(_REGISTERED)
        early = [b for b in self.free if self.script.appears[b.id] == 0 and b.systems != (BOEI,)]
        houses = [b for b in early if b.kind == "hus" and b.eier_organisasjonsnummer is None][: wanted // 3]
        shared = [b for b in early if b.kind == "bofellesskap"][: self._count(2)]
        chosen = [*houses, *shared]
        blocks = iter(b for b in early if b.kind == "blokk")
        while sum(len(self.units[b.id]) for b in chosen) < wanted and (block := next(blocks, None)):
            chosen.append(block)
        ids = [unit.id for b in chosen for unit in self.units[b.id]][:wanted]
        kinds = ["wrong_letter"] * self._count(_WRONG_LETTER) + ["outdated"] * self._count(_OUTDATED)
        self.script.registered = dict(zip(ids, kinds + ["equal"] * len(ids), strict=False))
        self.script.written_units |= {ident for ident, kind in self.script.registered.items() if kind == "wrong_letter"}
        gone = {building.id for building in chosen}
        self.free = [building for building in self.free if building.id not in gone]

    def _stains(self) -> None:
        rows = sum(len(b.systems) * len(self.units[b.id]) for b in self.script.world.buildings if b.kind != "institusjon")
        weights = sum(dirt.weight * (1 if dirt.where not in (TWO_HOUSES, TWO_UNITS, TWICE) else 2) for dirt in DIRT)
        owed = 0.0
        for dirt in DIRT:
            owed += dirt.weight * rows * SHARE / weights
            count = int(owed + 0.5)
            owed -= count
            self._stain(dirt, count)

    def _stain(self, dirt: Dirt, count: int) -> None:
        used: set[int] = set()
        for building in self.free:
            if not count:
                break
            if building.id in used or dirt.source not in building.systems or not self._fits(dirt, building):
                continue
            other = self._same_night(building, dirt.source, used) if dirt.where == TWO_HOUSES else None
            if dirt.where == TWO_HOUSES and other is None:
                continue
            touched = [building, other] if other else [building]
            used.update(home.id for home in touched)
            self._stain_rows(dirt, touched)
            count -= 1
        self.free = [building for building in self.free if building.id not in used]

    def _stain_rows(self, dirt: Dirt, touched: list[Building]) -> None:
        """Dirty rows of one occurrence; all of them are corrected on the same night, or never."""
        corrected = self.script.appears[touched[0].id] + self.random.randint(1, 6) if self.random.random() < 0.75 else NEVER
        corrected = corrected if corrected <= LAST else NEVER
        if dirt.where == TWO_HOUSES:
            chosen = [self.units[building.id][0] for building in touched]
        else:
            chosen = self.random.sample(self.units[touched[0].id], 2 if dirt.where == TWO_UNITS else 1)
        for unit in chosen:
            self.script.stains[dirt.source, unit.id] = Stain(dirt, corrected, chosen[-1].id if dirt.where == TWO_HOUSES else None)
        for building in touched:
            self._settle_unit(building)

    def _settle_unit(self, building: Building) -> None:
        """While one system's row is rejected the other's is complete by itself: the unit number must not change when it is corrected.

        A unit number cannot be given to a dwelling in the register afterwards, so that would be a conflict for a person.
        """
        if building.kind == "hus":
            chosen = self.script.blank_units if BOEI in building.systems else self.script.written_units
            chosen.add(self.units[building.id][0].id)

    def _fits(self, dirt: Dirt, building: Building) -> bool:
        if dirt.where in (HOUSE, TWO_HOUSES):
            return building.kind == "hus"
        if dirt.where in (UNIT, TWICE) and building.kind == "hus" and BOEI in building.systems:
            return False
        if dirt.where == TWO_UNITS:
            return building.kind == "blokk" and len(self.units[building.id]) >= 6
        return dirt.where != TWICE or building.kind == "hus"

    def _same_night(self, building: Building, source: str, used: set[int]) -> Building | None:
        night = self.script.appears[building.id]
        fitting = (b for b in self.free if b.kind == "hus" and b.id != building.id and b.id not in used and source in b.systems)
        return next((b for b in fitting if self.script.appears[b.id] == night), None)
