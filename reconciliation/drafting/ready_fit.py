"""Which of the mappings shipped with the project fits a file's headings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.headings import visible_text
from language import Message, message
from reconciliation.model.mapping_files import ready, ready_names


@dataclass(frozen=True, slots=True)
class Fit:
    """A ready mapping whose every mapped heading the file has. ignore: all the file's others. exact: the mapping knows those too."""

    name: str
    title: str
    ignore: tuple[str, ...]
    exact: bool

    @property
    def advice(self) -> Message:
        """The message to the person who drafts."""
        if self.exact:
            return message("drafts.use_ready", title=self.title, name=self.name)
        listed = ", ".join(json.dumps(heading, ensure_ascii=False) for heading in self.ignore)
        return message("drafts.use_ready_and_ignore", title=self.title, name=self.name, headings=listed)


def best_ready_mapping(headings: Sequence[str]) -> Fit | None:
    """The ready mapping of a file that fits these headings best; None when none does."""
    spelt = {visible_text(heading): heading for heading in headings}
    fits: list[tuple[int, int, Fit]] = []
    for name in ready_names():
        content = ready(name)
        fields = content["fields"].values()
        read = {*content["key"], *(heading for field in fields for heading in (field.get("column"), *field.get("columns", ())) if heading)}
        if content.get("kind") in ("sql", "rest") or not read <= spelt.keys():
            continue
        others = spelt.keys() - read
        rest = tuple(heading for bare, heading in spelt.items() if bare in others)
        strange = len(others ^ set(content.get("ignore", ())))
        fits.append((strange, -len(read), Fit(name, content["title"], rest, strange == 0)))
    return min(fits, key=lambda each: each[:2])[2] if fits else None
