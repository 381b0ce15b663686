"""One request at the desk: what the pages are made from, who asks, and what the night looks like to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from desk.case import Case
from desk.guard import Rejected
from desk.my_cases import MyCases, cases_for
from desk.night_view import Load, NightView, RejectedRow
from desk.rejected_pages import rejected_rows
from desk.visitor import Visitor
from reconciliation.decisions.question import Question
from reconciliation.ledger import Ledger, SeenOn
from reconciliation.model.municipality import Municipality


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages are made from. load: the last night. secret: of the sign-in proxy, empty without one. account: of this machine."""

    municipality: Municipality
    ledger: Ledger
    load: Load
    secret: str
    account: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: who, in which session, and what the night looks like to them."""

    visitor: Visitor
    session: str
    token: str
    view: NightView
    ledger: Ledger

    def saw(self, page: SeenOn, cases: Iterable[Case]) -> None:
        """Record that this visitor is about to see the shielded ones of these cases. Raises LedgerError; then they are not shown."""
        self.saw_by_id(page, [case.dwelling for case in cases if case.secret])

    def saw_by_id(self, page: SeenOn, subjects: Collection[str]) -> None:
        """The same of what is no case. subjects: ids of shielded dwellings or rows."""
        self.ledger.record_shielded_views(self.view.municipality.slug, self.visitor.name, page, subjects)

    @property
    def mine(self) -> MyCases:
        """The cases that this visitor may see."""
        return cases_for(self.view, self.visitor)

    def case(self, dwelling: str) -> Case | None:
        """The visitor's case of that dwelling; None when there is none or it is not theirs to see."""
        return self.mine.by_dwelling.get(dwelling)

    def question(self, question_id: str) -> Question | None:
        """The question with that id among the visitor's cases; None when there is none."""
        return self.mine.by_question.get(question_id)

    def house(self, house: str) -> Sequence[Case]:
        """The cases of one house. Raises Rejected when none of them is this visitor's."""
        cases = self.mine.by_house.get(house)
        if not cases:
            raise Rejected(404, "no_house")
        return cases

    def row(self, row: str) -> RejectedRow:
        """One rejected row. Raises Rejected when it is not rejected any more, or not this visitor's."""
        rows = self.view.once(
            ("rejected by id", *self.visitor.sight), lambda: {mine.id: mine for mine in rejected_rows(self.view, self.visitor)}
        )
        match = rows.get(row)
        if match is None:
            raise Rejected(404, "no_row")
        return match
