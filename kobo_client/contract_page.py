"""docs/contract.md from the tables: python -m kobo_client.contract_page > docs/contract.md"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kobo_client.call_outcomes import CALL_OUTCOMES, CallOutcome
from kobo_client.contract import ALL_FIELDS, SOURCES, Basis, RegisterField
from kobo_client.import_columns import COLUMNS, KOBO_ID, PERSONAL, source_of

ASSUMPTIONS: tuple[tuple[str, str, str], ...] = (
    ("Shape of adresse, eiendom, eieseksjon, eier, leiekostnad", "the table above", "kobo_client/contract.py"),
    ("Values of boligtype and disposisjonsform in the API", "those of the import file", "kobo_client/contract.py"),
    ("leverandorBoligId on DELETE", "a query parameter", "kobo_client/client.py, remove"),
    (
        "PUT",
        "all updatable fields are sent, so that replacing and merging end the same; the rehearsal register replaces",
        "kobo_client/payload.py",
    ),
    ("Adoption", "an imported entry has no leverandorBoligId until our first PUT gives it one", "kobo_client/rehearsal/contract_checks.py"),
    (
        "Duplicates",
        "same leverandorBoligId, or same address + bruksenhetsnummer + ekstraReferanse: 409 with the koboId of the entry that is there",
        "rehearsal/entry_store.py",
    ),
    ("Soft delete", "GET answers 200 with slettet: true (404 and 410 are understood too); it blocks no new POST", "kobo_client/payload.py"),
    (
        "Lost answer of a POST",
        "repeated with the same X-Request-Id; 409 with an entry that has our id means created",
        "kobo_client/client.py, create",
    ),
    ("Statuses", "the table below", "kobo_client/call_outcomes.py"),
    ("List endpoint", "GET /kobobolig?side=&antall= with boliger and totalt; off by default", "kobo_client/client.py, listing"),
    ("Exported file", f"the 35 import columns and {KOBO_ID}", "kobo_client/export_file.py"),
    ("Authentication", "none, a static key or Maskinporten; the scope is not public", "kobo_client/authentication.py"),
)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def _field_row(field: RegisterField) -> list[str]:
    path = f"`{field.path}`" + (f" (old: `{field.old_path}`)" if field.old_path else "")
    format_ = ", ".join(f"`{value}`" for value in field.values) or (f"`{field.pattern}`" if field.pattern else "")
    flags = [
        ("required", field.required),
        ("personal", field.personal),
        ("never sent", not field.sent),
        ("not compared", not field.compared),
    ]
    return [
        path,
        f"`{field.name}`",
        field.kind.value,
        "yes" if field.updatable else "no",
        ", ".join(word for word, on in flags if on),
        format_,
        field.basis.value,
        (field.format_basis or field.basis).value if format_ else "",
        field.source,
        " ".join(field.versions),
        f"`{field.import_column}`" if field.import_column else "",
        field.note,
    ]


FIELD_HEADINGS = (
    *("register field", "our name", "type", "updatable", "flags", "format", "known from", "format from", "where", "versions"),
    *("import column", "note"),
)
OUTCOME_HEADINGS = ("outcome", "statuses", "also", "error", "what happens next", "a write", "who acts")


def _outcome_row(outcome: CallOutcome) -> list[str]:
    error = "" if outcome.error is None else f"`{outcome.error.__name__}`"
    statuses = ", ".join(map(str, outcome.statuses))
    return [outcome.code, statuses, outcome.happens, error, outcome.action, outcome.written, outcome.who]


def _column_row(name: str) -> list[str]:
    return [f"`{name}`", ", ".join(f"`{source}`" for source in source_of(name)), PERSONAL.get(name, "")]


def contract_page() -> str:
    """The whole page in Markdown."""
    counts = {basis: sum(1 for field in ALL_FIELDS if field.basis is basis) for basis in Basis}
    return f"""# The register's contract

Generated from the tables in `kobo_client/` by `python -m kobo_client.contract_page > docs/contract.md`;
a test fails when it is not current.

What Husbanken documents can be read on its API pages (Kobo Bolig API, and Bolig API V1), as far as they are public. What is not
public is our assumption, labelled as one here, and each is one place in the code.

## Fields

{", ".join(f"{number} {basis.value}" for basis, number in counts.items())}. Fields marked *never sent* have contents
that are not public, or are about persons. *where* refers to:

{chr(10).join(f"- {number} {page}" for number, page in SOURCES.items())}

{_table(FIELD_HEADINGS, map(_field_row, ALL_FIELDS))}

## Our assumptions

{_table(["what", "we assume", "where to change it"], ASSUMPTIONS)}

## What an answer means

{_table(OUTCOME_HEADINGS, map(_outcome_row, CALL_OUTCOMES))}

`Retry-After` is read as seconds or as an HTTP date, and is capped by `register.retry_wait_cap`. After `register.give_up_after` attempts in
a row without an answer, one call at a time tries and the others wait, for at most `attempts` x `retry_wait_cap` seconds; then the
register counts as down and nothing more is sent that night.

## The import file

35 columns, in this order (known from a municipality's own file of 2023):

{_table(["column", "filled from", "why it is never filled"], map(_column_row, COLUMNS))}

A column is blank for a dwelling of which no source says the field; a source fills it by mapping the field (docs/add-a-source.md), and
`er_dognbemannet` and `har_personalbase` also come from its category. The page of a municipality that writes by file names the columns that
no source fills.

The import asks for the owner's name unless the dwelling is municipal, for the organisation number unless a private person owns it, and
for a telephone number when it is leased from a private company (third party). A row that lacks one is never handed over; one of a
private owner is a person's work on Kobo's own pages.

Semicolons between, UTF-8, booleans `1` or blank, dates `dd.mm.yyyy`, rent without decimals, no semicolon inside a cell.
"""


if __name__ == "__main__":
    print(contract_page(), end="")
