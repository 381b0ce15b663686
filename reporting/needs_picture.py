"""What we have and what we need, per category, as inline SVG in the page's own colours."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from language import text
from reporting.needs import CategoryNeed, NeedsOverview
from reporting.needs_words import picture_words

SIZES = {"wide": (960, 46, 100), "narrow": (400, 64, 44)}
"""Width in pixels, height of a category's row, and how many letters of its title fit."""
_LETTER = 13
_BAR = 14


def needs_picture(overview: NeedsOverview) -> Markup:
    """A wide picture and one for phones; the page shows one of them. Only categories that are let."""
    needs = [need for need in overview.categories if need.in_scope]
    return Markup("").join(_picture(name, needs) for name in SIZES) if needs else Markup("")


def _picture(name: str, needs: Sequence[CategoryNeed]) -> Markup:
    width, row, letters = SIZES[name]
    tallest = max(max(need.have, need.now.total or 0, need.later.total or 0) for need in needs) or 1
    parts = [part for place, need in enumerate(needs) for part in _row(need, name, place * row, (width - 8) / tallest, letters)]
    words = "; ".join(f"{need.title}: {picture_words(need)}" for need in needs)
    label = f'<title id="behov-{name}-t">{escape(text("needs.picture_title"))}</title><desc id="behov-{name}-d">{escape(words)}</desc>'
    box = f'viewBox="0 0 {width} {row * len(needs)}" aria-labelledby="behov-{name}-t behov-{name}-d"'
    return Markup(f'<svg class="curve {name}" role="img" {box}>{label}{"".join(parts)}</svg>')  # noqa: S704 - every text in it is escaped above


def _row(need: CategoryNeed, name: str, top: int, scale: float, letters: int) -> list[str]:
    title = need.title if len(need.title) <= letters else f"{need.title[: letters - 1]}…"
    words = picture_words(need)
    bar = top + (_LETTER + 6 if name == "wide" else 2 * _LETTER + 12)
    if name == "wide":
        parts = [f'<text class="c-label" x="0" y="{top + _LETTER}">{escape(title)}: {escape(words)}</text>']
    else:
        parts = [
            f'<text class="c-label" x="0" y="{top + _LETTER}">{escape(title)}</text>',
            f'<text class="c-label" x="0" y="{top + 2 * _LETTER + 5}">{escape(words)}</text>',
        ]
    drawn = [f'<rect class="c-area" x="0" y="{bar}" width="{need.have * scale:.1f}" height="{_BAR}" rx="3"/>']
    for kind, total in (("registered", need.now.total), ("deadline", need.later.total)):
        if total is not None:
            x = total * scale + 2
            drawn.append(f'<line class="c-{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{bar - 3}" y2="{bar + _BAR + 3}"/>')
    return parts + drawn
