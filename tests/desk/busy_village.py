"""A village with something on every page of the desk: a conflict, a house to settle, warnings, rejected rows, a plan that waits, and a
shielded home that is asked about and whose neighbour's row is rejected. Every title and many cells hold markup, as an adversary writes it.
"""

from __future__ import annotations

from tests.desk.served import SECRET
from tests.pipelines.earlier_nights import happened
from tests.pipelines.village import FIRST, SECOND, Village, run_night

MARKUP = "<img src=x onerror=alert(1)>"
SHIELDED = ("Skjulevegen", "fdv-300", "fdv-301", "fdv-302")
"""Street of the shielded homes, and their ids."""
GROUPS = {
    "bolig": {"owners": ["bolig"]},
    "eiendom": {"owners": ["eiendom"]},
    "leder": {"all_owners": True, "approves": True},
    "klarert": {"owners": ["bolig"], "cleared": True},
    "klarert_leder": {"all_owners": True, "approves": True, "cleared": True},
}
HEAD = "Nummer;Adresse;Bruksenhet;Leilighet;Areal;Kategori;Skjermet"
ROWS = f"""{HEAD}
100;Storgata 1;H0101;;50,5;Ordinær;nei
101;Storgata 1;{{unit}};;48,0;Ordinær;nei
102;Storgata 1;H0201;;{MARKUP};Ordinær;nei
103;Lillevegen 4, postboks 12;;;80,0;Ordinær;nei
104;Storgata 9;H0101;;44,0;{MARKUP};nei
105;{MARKUP} 3;H0101;;44,0;Ordinær;nei
200;Storgata 5;;1;50,0;Ordinær;nei
201;Storgata 5;;2;61,5;Ordinær;nei
300;Skjulevegen 7;{{shielded}};;70,0;Ordinær;ja
301;Skjulevegen 7;H0301;;70,0;Ukjent;ja
"""
NEW = """400;Storgata 11;;;40,0;Ordinær;nei
302;Skjulevegen 9;;;70,0;Ordinær;ja
"""
"""Rows of the second night, whose plan waits for approval."""
OTHER = f"""{HEAD}
A;Storgata 5;;21;50,5;Ordinær;nei
B;Storgata 5;;22;61,0;Ordinær;nei
C;Storgata 5;H0101;;50,5;Ukjent;nei
"""


def busy(village: Village) -> None:
    """Two nights of it, as `happened` keeps them."""

    def two_nights() -> None:
        fdv = village.content["sources"]["fdv"]
        fdv["fields"] |= {"leilighetsnummer": {"column": "Leilighet"}, "hemmelig_adresse": {"column": "Skjermet", "as": "boolean"}}
        fdv["title"] = f"FDV {MARKUP}"
        other = {**fdv, "title": f"Annen {MARKUP}", "path": "kilder/annen.csv", "owner": "eiendom"}
        categories = {
            name: {**category, "title": f"{category['title']} {MARKUP}"} for name, category in village.content["categories"].items()
        }
        owners = {name: {"title": f"{owner['title']} {MARKUP}"} for name, owner in village.content["owners"].items()}
        (village.home / "kilder" / "annen.csv").write_text(OTHER, encoding="utf-8")
        village.write_config(
            name=f"Vik {MARKUP}",
            categories=categories,
            owners=owners,
            sources={"fdv": fdv, "annen": other, "eiendom": village.content["sources"]["eiendom"]},
            survivorship={"default": ["fdv", "annen", "eiendom"]},
            desk={"groups": GROUPS},
        )
        village.write_fdv(ROWS.format(unit="H0102", shielded="H0101"))
        run_night(village.config, "auto", FIRST)
        village.write_fdv(ROWS.format(unit="H0103", shielded="H0102") + NEW)
        run_night(village.config, "approve", SECOND)

    happened(village, two_nights)


def signed(user: str, group: str) -> dict[str, str]:
    """Headers as the sign-in proxy sends them."""
    return {"x-kobosync-proxy-secret": SECRET, "x-auth-request-user": user, "x-auth-request-groups": group}
