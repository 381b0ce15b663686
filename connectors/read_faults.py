"""Why a source could not be read: one row per fault, in English for operators. Owners read the text of the same code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.personal_numbers import mask_text
from language import Message, message, stored
from language.messages import Value


@dataclass(frozen=True, slots=True)
class Words:
    """message: English: what, where, what to do. key: of the text for owners. Both have the same blanks."""

    message: str
    key: str


def fault_sentences(group: str, sentences: Mapping[str, str]) -> Mapping[str, Words]:
    """sentences: code -> English. The texts for owners are `<group>.<code>`."""
    return {code: Words(sentence, f"{group}.{code}") for code, sentence in sentences.items()}


FAULTS: Mapping[str, Words] = fault_sentences(
    "read_faults",
    {
        "missing_file": "{path} does not exist. Put the export there, or correct `path` in the municipality's file.",
        "is_folder": "{path} is a folder. Give `path` the name of a file, or say with `pattern` which files in it count.",
        "nothing_in_folder": "No file in {path} is named like {pattern}. Put the export there, or correct `pattern` in the municipality's file.",
        "not_permitted": "{path} may not be read ({detail}). Give the account that runs kobosync the right to read it.",
        "not_openable": "{path} cannot be opened ({detail}). Check the path, and that no other program holds the file.",
        "too_big": "{path} is {size} MB, more than the limit of {limit} MB. Export fewer rows, or raise `maximum_megabytes` for this source.",
        "empty_file": "{path} is empty. Export it again; the last good rows are used until then.",
        "not_text": "{path} is not delimited text: it starts like {what}. Export it as CSV, or correct `path` or `kind`.",
        "nul_bytes": "{path} holds NUL bytes from byte {position} on, so it is damaged or no text. Export it again.",
        "damaged_text": "{path}, line {line}: the text is {encoding}, but damaged there; it was probably cut short. Export it again.",
        "wrong_encoding": "{path}, line {line}: the bytes are not {encoding}. They look like {actual}; correct `encoding`, or leave it out to have it detected.",
        "unknown_encoding": "`encoding: {encoding}` is no encoding that Python knows. Write e.g. utf-8, cp1252 or iso-8859-1, or leave it out.",
        "no_statistics": "{place}: is not table {table} in the format JSON-stat 2 ({detail}). Check the table's id; download it as JSON-stat 2.",
        "no_plain_file": "{path} is no plain file but a pipe, a device or the like. Give `path` the name of a file.",
        "too_slow": (
            "{place} was not read to its end in {seconds} seconds. Check that the share, the database or the service answers, or raise "
            "`maximum_seconds` for this source; the last good rows are used until then."
        ),
        "no_headings": "{place}: no row holds the expected headings ({expected}). Export with headings, or correct the mapping in the municipality's file.",
        "headings": "{place}: {faults}. Correct the heading there, or `fields`, `key` or `ignore` in the municipality's file.",
        "no_rows": "{place} has headings but not one row. Export it again; the last good rows are used until then.",
        "join_duplicate": "{place}, row {row}: the key {key} is there more than once, so the joined values are not certain. Remove the duplicate there.",
        "not_a_workbook": "{path} is not an Excel workbook: it starts like {what}. Save it as .xlsx, or correct `path` or `kind`.",
        "not_xlsx": "{path} is no .xlsx workbook. Open it in Excel, save it as .xlsx, and put that there.",
        "damaged_workbook": "{path} is a damaged workbook ({detail}). It was probably cut short: copy it again, or open and save it in Excel.",
        "password": "{path} is protected by a password. Save it without one, and protect the folder instead.",
        "packed_bomb": (
            "{path} unpacks to {size} MB from {packed} MB, beyond the limits of {limit} MB and {ratio} times. It is not opened; "
            "save it again from Excel, or raise `maximum_megabytes`."
        ),
        "too_many_cells": "{place} reaches to row {rows} and column {columns}, too much to be a list of dwellings. Delete what lies outside the table, and save.",
        "sheets": "{path}: {faults}. Correct the sheet's name there, or `sheets` or `ignore_sheets` in the municipality's file.",
        "empty_sheet": "{place} is empty. Fill it in, or take it out of `sheets` in the municipality's file.",
        "variable_missing": "The environment variable {variable} is not set, and {setting} needs it. Set it where kobosync runs.",
        "bad_url": "The database URL {url} cannot be understood. Write it as dialect://user:${{PASSWORD}}@host/database.",
        "driver_missing": "The driver for {url} is not installed ({detail}). Install it in the environment kobosync runs in.",
        "missing_database": "The database file {path} does not exist. Correct `url`, or put the file there.",
        "not_a_database": "{path} is not an SQLite database. Correct `url`, or copy the file again.",
        "database_refused": "{url} refuses the connection ({detail}). Check the user, the password and that the server is up.",
        "query_failed": "{url} refuses the query ({detail}). Correct `query`; a table or column may have changed its name.",
        "not_a_select": "The query starts with {word}. Only SELECT and WITH are run: sources are read, never changed.",
        "may_write": (
            "{url} has no read-only transactions, and the query says {word}, which can change data, so it is not run. "
            "Take it out; put a column or table of that name in quotes."
        ),
        "bad_address": "The address {url} cannot be used. Write it as https://host/path.",
        "no_service_rows": "{url} answers with no rows at all. Check `url` and `rows_at`; the last good rows are used until then.",
        "service_unreachable": "{url} does not answer ({detail}), after {attempts} attempts. Check the address and that the service is up.",
        "service_refuses": "{url} answers {status}: it does not accept who we are. Check the key or token in the environment.",
        "service_status": "{url} answers {status} after {attempts} attempt(s). Check `url`; when it is right, ask those who run the service.",
        "service_elsewhere": "{url} sends us to another host ({host}). It is not followed, for our key would go along: correct `url` if the service has moved.",
        "not_json": "{url} does not answer with JSON ({detail}). Check `url`; a log-in page looks like this.",
        "no_row_list": "{url}: no list of rows at `{at}` in the answer (page {page}). Correct `rows_at`; the answer has {there}.",
        "paging_goes_round": "{url}: page {page} is one that was read before, so the paging never ends. Correct `paging`.",
        "paging_too_long": "{url}: more than {limit}. Raise the limit if there really is so much, or correct `paging`.",
        "addresses_none": "{url} has no addresses of municipality {kommunenummer}. Check the number: it must be the one in use today.",
        "addresses_incomplete": "{url} says that municipality {kommunenummer} has {total} addresses, but {found} were had. A part is not used; try again later.",
        "addresses_shrunk": "{url} has {found} addresses of municipality {kommunenummer}, {last} when last fetched. If that is right, delete {path}.",
        "addresses_not_kept": "The addresses cannot be written to {path} ({detail}). Give the account that runs kobosync the right to write there.",
        "unexpected": "{place} could not be read: a fault in kobosync ({detail}), whose place is in the log. Please report it; the last good rows are used.",
    },
)

SUSPICIOUS: Mapping[str, Words] = fault_sentences(
    "read_doubts",
    {
        "few_rows": "{rows} rows read, at least {least} expected. Check that the export is whole; nothing is retired until it is.",
        "shrunk": (
            "{rows} rows read, {last} in the last complete read: {percent} % are gone, the limit is {limit} %. Check that the export is whole; "
            "if they are gone by intent, raise `maximum_shrink` for one night."
        ),
        "thin_column": (
            "Only {percent} % of the rows have {field} (heading {heading}), at least {least} % expected. Check that the export is whole; "
            "if it is, lower `fill_rate`."
        ),
        "lines_unaccounted": "{missing} of the {lines} lines of {place} are neither read nor left out for a reason. Report it with the file's layout.",
        "unreadable_lines": "{lines} lines could not be read, the first is {place}, row {row}. Nothing is retired until they are mended.",
    },
)

LINE_FAULTS: Mapping[str, Words] = fault_sentences(
    "line_faults",
    {
        "too_few_values": "{found} values, {expected} headings.",
        "too_many_values": "{found} values, {expected} headings.",
        "quote_swallows": "A quote ({quote}) is opened, and its value would hold whole rows, to line {last}.",
        "damaged_text": "Bytes that are no text under {heading}.",
        "damaged_key": "A damaged character under {heading}, which is part of the key.",
        "quote_not_closed": "A quote ({quote}) is opened and never closed.",
    },
)


class SourceFault(Exception):
    """A source cannot be read. Raised inside the room only; `read_source` turns it into a verdict."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def say(words: Words, **values: object) -> tuple[str, str]:
    """The English sentence, and the stored message for owners; any national identity number in what fills them is masked.

    A value that is a message, or a list of them, is for owners only. Of a list each text is looked at alone: short keys side by side
    would be taken for one long number.
    """
    shown = {name: ", ".join(mask_text(str(part)) for part in _several(value)) for name, value in values.items()}
    return words.message.format(**shown), stored(message(words.key, **{name: _masked(value) for name, value in values.items()}))


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)


def _masked(value: object) -> Value:
    if isinstance(value, Message):
        return Message(value.key, {name: _masked(part) for name, part in value.values.items()})
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_masked(part) for part in value]
    return mask_text(str(value))
