"""The invented municipality's population by age, in the form in which Statistics Norway publishes it. No real figure is in it."""

from __future__ import annotations

import json
from math import exp
from pathlib import Path

REGION = "9901"
OBSERVED, PROJECTED = "befolkning.json", "framskriving.json"
FIRST, BASE, LAST = 2017, 2023, 2040
ALTERNATIVES = {"LLML": 0.985, "MMMM": 1.0, "HHMH": 1.015}
"""Code -> growth a year beside the main alternative."""
_OLDEST = 105


def write_population(folder: Path) -> None:
    """Both tables as JSON-stat 2 files."""
    ages = [f"{age:03d}" for age in range(_OLDEST)] + [f"{_OLDEST}+"]
    observed = [str(year) for year in range(FIRST, BASE + 1)]
    coming = [str(year) for year in range(BASE, LAST + 1)]
    _table(folder / OBSERVED, "Befolkning, etter region, alder og år (oppdiktet)", {"Region": [REGION], "Alder": ages, "Tid": observed})
    dimensions = {"Region": [REGION], "Alder": ages, "ContentsCode": list(ALTERNATIVES), "Tid": coming}
    _table(folder / PROJECTED, "Framskrevet folkemengde, etter region, alder, alternativ og år (oppdiktet)", dimensions)


def persons(age: int, year: int, alternative: str = "MMMM") -> int:
    """Persons by age: a bell curve around 45 years whose centre moves up with the years."""
    at = age - 0.25 * (year - BASE)
    shape = 330 * exp(-(((at - 42) / 38) ** 2)) if at < 95 else 330 * exp(-(((95 - 42) / 38) ** 2)) * 0.55 ** (at - 95)
    return round(shape * float(ALTERNATIVES[alternative] ** max(0, year - BASE)))


def _table(path: Path, label: str, dimensions: dict[str, list[str]]) -> None:
    values = []
    for age in dimensions["Alder"]:
        for alternative in dimensions.get("ContentsCode", ["MMMM"]):
            values += [persons(int(age[:3]), int(year), alternative) for year in dimensions["Tid"]]
    content = {
        "version": "2.0",
        "class": "dataset",
        "label": label,
        "source": "Oppdiktet for Fjordvik",
        "updated": "2023-06-21T06:00:00Z",
        "id": list(dimensions),
        "size": [len(codes) for codes in dimensions.values()],
        "dimension": {
            name: {"label": name, "category": {"index": {code: place for place, code in enumerate(codes)}}}
            for name, codes in dimensions.items()
        },
        "value": values,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
