"""A trend line the size of a word. Its numbers are beside it as text, so it is hidden from screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 120, 28


def sparkline(values: Sequence[int]) -> Markup:
    """Empty for fewer than two values."""
    if len(values) < 2:
        return Markup("")
    top = max(*values, 1)
    points = [(3 + place * (WIDTH - 6) / (len(values) - 1), HEIGHT - 4 - value / top * (HEIGHT - 8)) for place, value in enumerate(values)]
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    ground = f"{points[-1][0]:.1f},{HEIGHT - 1} {points[0][0]:.1f},{HEIGHT - 1}"
    x, y = points[-1]
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f'<polygon class="c-area" points="{joined} {ground}"/><polyline class="s-line" points="{joined}"/>'
        f'<circle class="c-dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/></svg>'
    )
