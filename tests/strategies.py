"""Small municipalities for Hypothesis: houses, blocks and shared houses, in three systems that each write in their own way.

Every system that knows a building lists all its dwellings. The truth of each row is known.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st

from kobo_client.contract import COMPARED
from reconciliation.model.municipality import Municipality
from reconciliation.model.tables import CONTENT, STANDING_ROWS
from reconciliation.plan.agreed_values import as_base
from tests.pipelines.village import CONFIG

SOURCES = ("fdv", "omsorg", "eiendom")
MEMBERSHIPS = {"source": pl.String(), "source_key": pl.String(), "leverandor_bolig_id": pl.String()}
LINKS = {"leverandor_bolig_id": pl.String(), "kobo_id": pl.String()}
REGISTER: dict[str, Any] = {
    "kobo_id": pl.String(),
    "leverandor_bolig_id": pl.String(),
    "slettet": pl.Boolean(),
    **{field.name: CONTENT[field.name] for field in COMPARED},
}
NIGHT = date(2023, 11, 1)

WHOLE_NIGHTS = settings(max_examples=max(6, settings.default.max_examples // 5 if settings.default else 6))
"""For laws that reconcile a whole night per example: fewer in the suite, many in the long profile."""

_SPELT = (("Storgata", "STORGATA"), ("Strandveien", "Strandvn."), ("Kirkegata", "Kirkegt"), ("Åsveien", "ÅSVEIEN"))


def municipality(**guards: Any) -> Municipality:
    """The village's file with three sources; guards wide open unless said otherwise."""
    content = copy.deepcopy(CONFIG)
    content["sources"]["omsorg"] = {**content["sources"]["fdv"], "path": "kilder/omsorg.csv"}
    content["survivorship"] = {"default": list(SOURCES)}
    wide = {"maximum_retire_share": 1, "maximum_retire_count": 10**6, "maximum_update_share": 1, "maximum_update_count": 10**6}
    content["guards"] = {**wide, "floor": 10**6, "retire_after_nights": 1, **guards}
    content["register"] |= {"base_url": "http://127.0.0.1:8088"}
    return Municipality.model_validate(content)


@dataclass(frozen=True)
class World:
    """rows: STANDING_ROWS. truth: "source:key" -> dwelling. dwellings: dwelling -> what is true of it."""

    rows: pl.DataFrame
    truth: dict[str, str]
    dwellings: dict[str, dict[str, Any]]


def standing_rows(*rows: dict[str, Any]) -> pl.DataFrame:
    """STANDING_ROWS from what matters; the rest is a plain dwelling in Storgata 1."""
    plain = {"owner": "bolig", "carried": False, "kommunenummer": "9902", "adressenavn": "Storgata", "nummer": 1, "postnummer": "9920"}
    return pl.DataFrame([{**dict.fromkeys(STANDING_ROWS), **plain, **row} for row in rows], schema=STANDING_ROWS)


def register(*entries: dict[str, Any]) -> pl.DataFrame:
    """Register rows from what matters; the rest is a plain entry in Storgata 1."""
    plain = {"slettet": False, "kommunenummer": "9902", "adressenavn": "Storgata", "nummer": 1, "postnummer": "9920"}
    return pl.DataFrame([{**dict.fromkeys(REGISTER), **plain, **entry} for entry in entries], schema=REGISTER)


def bases_of(entries: pl.DataFrame) -> pl.DataFrame:
    """Bases as they are when both sides have agreed on everything that the entries say."""
    return as_base(entries).select("kobo_id", leverandor_bolig_id=pl.lit(""), agreed="theirs", moved=pl.lit("{}"))


def links(**pairs: str) -> pl.DataFrame:
    return pl.DataFrame(list(pairs.items()), schema=LINKS, orient="row")


def none_known() -> pl.DataFrame:
    return pl.DataFrame(schema=MEMBERSHIPS)


@st.composite
def worlds(draw: st.DrawFn, most: int = 6) -> World:
    """At most `most` buildings; about a third of the rows say less, or spell otherwise, than they should."""
    places = st.tuples(st.integers(0, len(_SPELT) - 1), st.integers(1, 4), st.sampled_from([None, "A", "B"]))
    where = draw(st.lists(places, min_size=1, max_size=most, unique=True))
    kinds = draw(
        st.lists(st.tuples(st.sampled_from(["hus", "blokk", "felles"]), st.integers(1, 7)), min_size=len(where), max_size=len(where))
    )
    return build(where, kinds, Random(draw(st.integers(0, 2**32))))


def build(where: list[tuple[int, int, str | None]], kinds: list[tuple[str, int]], random: Random, dirt: float = 0.3) -> World:
    rows: list[dict[str, Any]] = []
    truth: dict[str, str] = {}
    dwellings: dict[str, dict[str, Any]] = {}
    for ground, ((street, nummer, bokstav), (kind, systems)) in enumerate(zip(where, kinds, strict=True), start=1):
        size = 1 if kind == "hus" else random.randint(2, 4)
        for unit in range(1, size + 1):
            true = {
                "kommunenummer": "9902",
                "adressenavn": _SPELT[street][0],
                "nummer": nummer,
                "bokstav": bokstav,
                "postnummer": "9920",
                "gardsnummer": ground,
                "bruksnummer": 7,
                "bruksenhetsnummer": "H0101" if kind != "blokk" else f"H010{unit}",
                "leilighetsnummer": str(unit) if kind == "blokk" else None,
                "ekstra_referanse": f"Rom {unit}" if kind == "felles" else None,
                "bruksareal": float(random.randint(30, 120)),
                "antall_soverom": random.randint(0, 4),
                "manedsleie": float(random.randint(4000, 9000)),
                "boligtype": "ORDINAR_BOLIG",
                "kategori": "ordinar",
            }
            name = f"d{ground}-{unit}"
            dwellings[name] = true
            for bit, source in enumerate(SOURCES):
                if systems >> bit & 1:
                    key = f"{ground}/{unit}" if source == "eiendom" else str(100 * ground + unit)
                    rows.append({"source": source, "source_key": key, "owner": source, **_written(source, true, street, random, dirt)})
                    truth[f"{source}:{key}"] = name
    random.shuffle(rows)
    return World(standing_rows(*rows), truth, dwellings)


def _written(source: str, true: dict[str, Any], street: int, random: Random, dirt: float) -> dict[str, Any]:
    row = dict(true)
    if source == "eiendom":
        row |= {"bruksenhetsnummer": None, "gardsnummer": None, "bruksnummer": None}
    if random.random() < dirt:
        row["adressenavn"] = _SPELT[street][1]
    for name in ("bruksenhetsnummer", "leilighetsnummer", "manedsleie", "bruksareal"):
        if random.random() < dirt / 3:
            row[name] = None
    if random.random() < dirt / 3:
        row["manedsleie"] = float(random.randint(4000, 9000))
    return row


def entries_of(world: World, random: Random, share: float = 0.6, dirt: float = 0.3) -> tuple[pl.DataFrame, dict[str, str]]:
    """A register that was filled by hand: entries, and koboId -> the true dwelling."""
    entries, truth = [], {}
    for name, true in world.dwellings.items():
        if random.random() > share:
            continue
        entry = {field.name: true.get(field.name) for field in COMPARED} | {"kobo_id": f"k-{name}", "slettet": False}
        if random.random() < dirt:
            entry |= {"manedsleie": 1.0}
        if random.random() < dirt / 2:
            entry |= {"bruksenhetsnummer": None}
        if random.random() < dirt / 2:
            entry |= {"bokstav": "F"}
        if random.random() < dirt / 2:
            entry |= {"gardsnummer": None, "bruksnummer": None}
        entries.append(entry)
        truth[f"k-{name}"] = name
    entries.append({"kobo_id": "k-unknown", "adressenavn": "Fremmedgata", "nummer": 40, "gardsnummer": 99, "bruksnummer": 1})
    return register(*entries), truth
