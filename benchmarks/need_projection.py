"""Back-test of the computed need: simulated municipalities are projected five years ahead and compared with what came.

Two plain ways are measured too: the number stays, or it grows by as many a year as before. Run: python -m benchmarks.need_projection
The stock follows the population with a coverage that drifts and with chance. That is what the method assumes, so these figures show
what it is worth where its assumption holds, and nothing of a real municipality. No public figure is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reporting.projection.back_test import Tested, back_test
from reporting.projection.formula import AgeGroup

GROUPS = (AgeGroup(0, 49), AgeGroup(50, 79), AgeGroup(80, None))
SHARES = {GROUPS[0]: 0.24, GROUPS[1]: 0.36, GROUPS[2]: 0.40}
KINDS = {"ageing": (0.998, 1.005, 1.035), "shrinking": (0.985, 1.0, 1.01), "growing": (1.015, 1.015, 1.02), "even": (1.0, 1.0, 1.0)}
"""Kind of municipality -> by how much the population of each of GROUPS is multiplied each year."""
EARLIER, YEARS = 3, 5
"""Years before the projection is made, which the plain growth is read from; and years that it looks ahead."""


def simulate(kind: str, random: np.random.Generator) -> tuple[dict[int, int], dict[int, dict[AgeGroup, float]]]:
    """Stock and population by year: the last YEARS are those that a projection would have had to foresee."""
    start, size = 2023 - EARLIER - YEARS, float(random.integers(60, 400))
    population, stock, drift = {}, {}, 1.0
    for at in range(EARLIER + YEARS + 1):
        grown = zip(GROUPS, KINDS[kind], strict=True)
        population[start + at] = {group: 1000 * float(factor**at) * float(random.normal(1, 0.004)) for group, factor in grown}
        drift *= float(random.normal(1, 0.012))
        need = size * drift * sum(share * population[start + at][group] / 1000 for group, share in SHARES.items())
        stock[start + at] = round(need)
    return stock, population


def projections(many: int = 40, seed: int = 26) -> dict[str, list[Tested]]:
    """Kind -> one projection over five years for each simulated municipality."""
    random = np.random.default_rng(seed)
    tested: dict[str, list[Tested]] = {}
    for kind in KINDS:
        for _ in range(many):
            stock, population = simulate(kind, random)
            base = max(stock) - YEARS
            tested.setdefault(kind, []).extend(
                projection
                for projection in back_test(stock, SHARES, population)
                if (projection.base, projection.year) == (base, max(stock))
            )
    return tested


def run() -> list[dict[str, Any]]:
    """Mean absolute error in per cent of the number that came, beside each plain way. Smaller is better."""
    results = []
    for kind, rows in projections().items():
        ours = _error([(row.computed, row.actual) for row in rows])
        for name, other in (
            ("unchanged number", _error([(row.unchanged, row.actual) for row in rows])),
            ("as many more a year as before", _error([(row.linear, row.actual) for row in rows if row.linear is not None])),
        ):
            results.append(
                {
                    "name": f"computed need, {kind} municipality, error after {YEARS} years (%)",
                    "size": len(rows),
                    "ours": round(ours, 2),
                    "other": round(other, 2),
                    "other_is": name,
                    "ratio": round(ours / other, 3),
                }
            )
    return results


def _error(pairs: list[tuple[float, int]]) -> float:
    return 100 * float(np.mean([abs(foreseen - actual) / actual for foreseen, actual in pairs]))


if __name__ == "__main__":
    for row in run():
        print(f"{row['name']}: {row['ours']} ({row['other_is']} {row['other']}, ratio {row['ratio']})")
