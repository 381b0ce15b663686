"""What `kobosync map --interactive` asks: all that is not in a file, each with our guess as the default."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from connectors.headings import nearest, visible_text
from language import text, texts, word_for
from pipelines.commands.draft_file import Chosen, fields_of, source_name
from pipelines.commands.terminal_input import Ask
from reconciliation.drafting.draft_mapping import Draft
from reconciliation.drafting.register_words import TITLES, register_word_of, words_for
from reconciliation.model.key_names import suggested, unusable_keys

Say = Callable[[str], None]
NOBODY_KNOWS = "-"
_LIKE = 60


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """What the municipality's file has already. categories, owners: key -> title."""

    sources: Sequence[str]
    categories: Mapping[str, str]
    owners: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Conversation:
    """ask: gives the line that was typed; raises EOFError at the end of input and KeyboardInterrupt at Ctrl-C. say: shows a line."""

    ask: Ask
    say: Say

    def value(self, question: str, default: str, judged: Callable[[str], str]) -> str:
        """An answer that `judged` takes: it gives the value, or raises ValueError with what is wrong."""
        shown = f"{question} [{default}]: " if default else f"{question}: "
        while True:
            answer = self.ask(shown).strip() or default
            try:
                return judged(answer)
            except ValueError as error:
                self.say(f"  {error}")

    def yes(self, question: str, *, default: bool) -> bool:
        """Yes or no."""
        words = {text("map_questions.yes"): True, text("map_questions.no"): False}
        usual = next(word for word, means in words.items() if means is default)

        def judged(answer: str) -> str:
            words_meant = [word for word in words if answer and word.startswith(answer.casefold())]
            if not words_meant:
                raise ValueError(text("map_questions.yes_or_no"))
            return words_meant[0]

        return words[self.value(question, usual, judged)]

    def offer(self, offered: Mapping[str, str]) -> None:
        """What may be chosen, with its number. offered: name -> title."""
        for number, (name, title) in enumerate(offered.items(), start=1):
            self.say(f"  {number}  {name}" + (f": {title}" if title else ""))

    def chosen(self, question: str, offered: Mapping[str, str], default: str) -> str:
        """One of what was offered, by its number or its name."""
        names = list(offered)

        def judged(answer: str) -> str:
            if answer.isdigit() and 1 <= int(answer) <= len(names) and answer not in names:
                return names[int(answer) - 1]
            if answer in names:
                return answer
            nearest_name = nearest(answer, names)
            raise ValueError(
                text(
                    "map_questions.near" if nearest_name else "map_questions.one_of", said=answer, near=nearest_name or "", last=len(names)
                )
            )

        return self.value(question, default, judged)


def sheet_of(talk: Conversation, sheets: Sequence[str], guess: str) -> str:
    """Which sheet has the dwellings; asked where there are several."""
    if len(sheets) < 2:
        return guess
    offered = dict.fromkeys(sheets, "")
    talk.offer(offered)
    return talk.chosen(text("map_questions.sheet"), offered, guess)


def converse(talk: Conversation, file: Path, made: Draft, known: AlreadyThere) -> Chosen:
    """Raises EOFError or KeyboardInterrupt when the person ends it; nothing has been written then."""
    name = talk.value(
        text("map_questions.name"), _free_name(source_name(file), known.sources), lambda answer: _as_source(answer, known.sources)
    )
    title = talk.value(text("map_questions.title"), file.stem, lambda answer: answer)
    talk.offer(known.owners)
    owner = talk.chosen(text("map_questions.owner"), known.owners, next(iter(known.owners)))
    for warning in made.warnings:
        if warning.key in ("drafts.personal_column", "drafts.no_address"):
            talk.say(texts().render(warning))
    key = _key(talk, made)
    meanings, category = _categories(talk, made, known.categories)
    return Chosen(name, title, owner, key, meanings | _register_words(talk, made), category)


def _free_name(name: str, taken: Sequence[str]) -> str:
    return next(free for number in range(1, len(taken) + 3) if (free := name if number == 1 else f"{name}_{number}") not in taken)


def _as_source(answer: str, taken: Sequence[str]) -> str:
    if answer in taken:
        raise ValueError(text("map_questions.name_taken", name=answer))
    if answer.isdigit():  # YAML would read it as a number
        raise ValueError(text("map_questions.unfit_name", name=f"kilde_{answer}"))
    if list(unusable_keys("sources", [answer])):
        raise ValueError(text("map_questions.unfit_name", name=suggested(answer)))
    return answer


def _key(talk: Conversation, made: Draft) -> tuple[str, ...]:
    headings = [guess.heading for guess in made.guesses]
    talk.say(text("map_questions.about_key", headings=[f"«{heading}»" for heading in made.keys or headings]))

    def judged(answer: str) -> str:
        if not answer:
            raise ValueError(text("map_questions.key_missing"))
        wanted = [visible_text(part) for part in ([answer] if answer in headings else answer.split(","))]
        for heading in wanted:
            if heading not in headings:
                nearest_heading = nearest(heading, headings)
                raise ValueError(
                    text("map_questions.near" if nearest_heading else "map_questions.no_heading", said=heading, near=nearest_heading or "")
                )
        return "\n".join(dict.fromkeys(wanted))

    while True:
        key = tuple(talk.value(text("map_questions.key"), ", ".join(made.key), judged).split("\n"))
        doubt = (
            text("drafts.running_key", heading=key[0])
            if made.running_key and key == made.key
            else text("map_questions.key_repeats", key=", ".join(key))
            if len(key) == 1 and key[0] not in made.keys
            else ""
        )
        if not doubt:
            return key
        talk.say(doubt)
        if talk.yes(text("map_questions.still"), default=True):
            return key


def _categories(talk: Conversation, made: Draft, categories: Mapping[str, str]) -> tuple[dict[str, dict[str, str | None]], str]:
    guess = fields_of(made).get("kategori")
    if guess is None:
        talk.offer(categories)
        return {}, talk.chosen(text("map_questions.category_of_all"), categories, next(iter(categories)) if len(categories) == 1 else "")
    talk.say(text("map_questions.about_categories", heading=guess.heading, count=len(guess.values)))
    offered = {**categories, NOBODY_KNOWS: text("map_questions.unknown_category")}
    talk.offer(offered)
    category_of = {value: talk.chosen(f"  «{value}»", offered, _likely(value, categories)) for value in guess.values}
    return {"kategori": {value: category for value, category in category_of.items() if category != NOBODY_KNOWS}}, ""


def _register_words(talk: Conversation, made: Draft) -> dict[str, dict[str, str | None]]:
    """Field -> value -> the register's word, of the fields that the register has fixed words for. None: the field is left blank."""
    meanings: dict[str, dict[str, str | None]] = {}
    for field, guess in fields_of(made).items():
        if words := {word: word_for(TITLES[field], word) for word in words_for(field)}:
            talk.say(text("map_questions.about_words", heading=guess.heading, count=len(guess.values), field=field))
            offered = {**words, NOBODY_KNOWS: text("map_questions.left_blank")}
            talk.offer(offered)
            chosen = {value: talk.chosen(f"  «{value}»", offered, register_word_of(field, value) or "") for value in guess.values}
            meanings[field] = {value: word if word != NOBODY_KNOWS else None for value, word in chosen.items()}
    return meanings


def _likely(value: str, categories: Mapping[str, str]) -> str:
    """The category that is called most like the value."""
    names = {name: f"{name} {title}".casefold() for name, title in categories.items()}
    closest = process.extractOne(value.casefold(), names, scorer=fuzz.partial_ratio, score_cutoff=_LIKE)
    return str(closest[2]) if closest else ""
