"""The register's contract as data: one row per field that kobosync reads or writes.

Everything that needs to know whether a field is required, updatable or personal reads this table: the client, the
differ, the planner, the rehearsal register, the import file and docs/contract.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Type of a field's value."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    ENUM = "enum"
    UUID = "uuid"
    OBJECT = "object"
    LIST = "list"


class Basis(StrEnum):
    """Where a row of this table comes from."""

    DOCUMENTED = "documented"
    THIRD_PARTY = "third party"
    ASSUMPTION = "our assumption"


@dataclass(frozen=True, slots=True)
class RegisterField:
    """One leaf field of `Kobobolig`.

    name: canonical name, snake_case of the register's own; also the column name in every table of ours.
    path: where it is in the JSON body of version V1; `old_path` where it is in the older page's body.
    format_basis: where `values` or `pattern` come from, when that is weaker than where the field itself comes from.
    sent: whether kobosync ever writes it. Documented fields that it never writes have rows too, so that the table is whole.
    versions: which generations of Husbanken's page show it. citation: where it is mentioned, as numbered in docs/contract.md; blank
    where that is the row which `path` and `versions` name.
    """

    name: str
    path: str
    kind: Kind
    updatable: bool
    basis: Basis
    required: bool = False
    personal: bool = False
    compared: bool = True
    pattern: str | None = None
    values: tuple[str, ...] = ()
    format_basis: Basis | None = None
    import_column: str | None = None
    note: str = ""
    sent: bool = True
    versions: tuple[str, ...] = ("V1", "old")
    old_path: str | None = None
    citation: str = ""

    def path_in(self, version: str) -> str:
        """Where the field is in that version's body."""
        return self.old_path if version == "old" and self.old_path else self.path

    @property
    def source(self) -> str:
        """Where this row comes from, by the numbers of SOURCES."""
        if self.citation:
            return self.citation
        if self.basis is Basis.DOCUMENTED:
            shown = " ".join(number for number, version in (("[1]", "old"), ("[2]", "V1")) if version in self.versions)
            return f"{shown} Kobobolig, row {self.old_path + ' / ' if self.old_path else ''}{self.path}"
        column = f"[3] column {self.import_column}" if self.import_column else ""
        return column if self.basis is Basis.THIRD_PARTY else f"name and place are ours; the content is that of {column}" if column else ""


ID_OF_NO_ENTRY = "00000000-0000-0000-0000-000000000000"
"""koboId of no entry: a night asks for it to see whether the register answers."""
STAMP = "sistEndret"
"""Where an answer tells when the entry was last edited, as `tidspunkt`, and by whom. Our assumption: no such field is public."""

SOURCES = {
    "[1]": "Husbanken, Kobo Bolig API: the table of Kobobolig, read down to its row leieTilEiePotensial",
    "[2]": "Husbanken, Bolig API V1: the table of Kobobolig, read down to its row koboId, and the list of functions",
    "[3]": "a municipality's own public converter to the Kobo import file, autumn 2023 (third party): its 35 columns",
}
"""What RegisterField.source refers to. What lies below the ends of [1] and [2] is not public."""
CUT = "[1] Kobobolig, row {row}; [2] ends before it"

BOLIGTYPE = ("ORDINAR_BOLIG", "OMSORGSBOLIG", "TJENESTEBOLIG", "ANNET_UTLEIEOBJEKT")
DISPOSISJONSFORM = (
    "KOMMUNALT_EID",
    "INNLEID_FRA_KOMMUNALT_FORETAK",
    "INNLEID_FRA_STIFTELSE",
    "INNLEID_FRA_PRIVAT_FORETAK",
    "INNLEID_FRA_PRIVATPERSON",
)

BOLIGSTATUS = ("KLAR_FOR_INNFLYTTING", "UTLEID", "VEDLIKEHOLD", "IKKE_TILGJENGELIG")
"""Those that the import file is known to have held; Kobo may know more, of what was reserved or allocated there."""

_DOC, _TP, _OWN = Basis.DOCUMENTED, Basis.THIRD_PARTY, Basis.ASSUMPTION

_LITERALS = "the values are the import column's; that the API has the same is our assumption"

FIELDS: tuple[RegisterField, ...] = (
    RegisterField("kobo_id", "koboId", Kind.UUID, False, _DOC, compared=False),
    RegisterField(
        "leverandor_bolig_id",
        "leverandorBoligId",
        Kind.TEXT,
        False,
        _DOC,
        required=True,
        compared=False,
        old_path="fdvuBoligId",
        note="our id; required on POST, PUT and DELETE. On DELETE it goes as a query parameter (our assumption)",
    ),
    RegisterField("adressenavn", "adresse.adressenavn", Kind.TEXT, False, _OWN, required=True, import_column="gatenavn"),
    RegisterField("nummer", "adresse.nummer", Kind.INTEGER, False, _OWN, required=True, import_column="husnummer"),
    RegisterField("bokstav", "adresse.bokstav", Kind.TEXT, False, _OWN, pattern=r"^[A-ZÆØÅ]$", import_column="husbokstav"),
    RegisterField(
        "postnummer", "adresse.postnummer", Kind.TEXT, False, _OWN, required=True, pattern=r"^\d{4}$", import_column="postnummer"
    ),
    RegisterField(
        "kommunenummer", "adresse.kommunenummer", Kind.TEXT, False, _OWN, required=True, pattern=r"^\d{4}$", import_column="kommunenummer"
    ),
    RegisterField(
        "bruksenhetsnummer",
        "bruksenhetsnummer",
        Kind.TEXT,
        False,
        _DOC,
        pattern=r"^[HULK]\d{4}$",
        format_basis=_OWN,
        import_column="bruksenhetsnummer",
        note="its page says only that the format must be right; the pattern is drawn from Kartverket's description in words",
    ),
    RegisterField("ekstra_referanse", "ekstraReferanse", Kind.TEXT, False, _DOC, import_column="ekstrareferanse"),
    RegisterField("gardsnummer", "eiendom.gardsnummer", Kind.INTEGER, True, _OWN, import_column="gnrbnr"),
    RegisterField("bruksnummer", "eiendom.bruksnummer", Kind.INTEGER, True, _OWN, import_column="gnrbnr"),
    RegisterField("festenummer", "eiendom.festenummer", Kind.INTEGER, True, _OWN, import_column="festenummer"),
    RegisterField("seksjonsnummer", "eieseksjon.seksjonsnummer", Kind.INTEGER, True, _OWN, import_column="seksjonsnummer"),
    RegisterField(
        "boligtype",
        "boligtype",
        Kind.ENUM,
        True,
        _DOC,
        required=True,
        values=BOLIGTYPE,
        format_basis=_TP,
        import_column="koboboligtype",
        note=_LITERALS,
    ),
    RegisterField(
        "disposisjonsform",
        "disposisjonsform",
        Kind.ENUM,
        True,
        _DOC,
        values=DISPOSISJONSFORM,
        format_basis=_TP,
        import_column="kobodisposisjonsform",
        note=_LITERALS,
    ),
    RegisterField("bruksareal", "bruksareal", Kind.NUMBER, True, _DOC),
    RegisterField("antall_soverom", "antallSoverom", Kind.INTEGER, True, _DOC, import_column="antallsoverom"),
    RegisterField("etasjenummer", "etasjenummer", Kind.INTEGER, True, _DOC),
    RegisterField("er_bofellesskap", "erBofellesskap", Kind.BOOLEAN, True, _DOC, import_column="erbofellesskap"),
    RegisterField(
        "er_tilgjengelig_for_rullestolbruker",
        "erTilgjengeligForRullestolbruker",
        Kind.BOOLEAN,
        False,
        _DOC,
        compared=False,
        import_column="errullestoltilpasset",
        note="a write trigger with side effects on egenskaper: sent on create, never compared with a value read back",
    ),
    RegisterField(
        "eier_organisasjonsnummer",
        "eier.organisasjonsnummer",
        Kind.TEXT,
        False,
        _OWN,
        pattern=r"^\d{9}$",
        import_column="boligeiersorganisasjonsnummer",
    ),
    RegisterField("manedsleie", "leiekostnad.manedsleie", Kind.NUMBER, True, _OWN, import_column="manedsleie"),
    RegisterField(
        "boligstatus",
        "boligstatus",
        Kind.ENUM,
        True,
        _OWN,
        values=BOLIGSTATUS,
        format_basis=_TP,
        import_column="boligstatus",
        note="set by case work: Kobo's value is kept, unless changed_in_kobo says otherwise",
    ),
    RegisterField("statusdato", "statusdato", Kind.DATE, True, _OWN, import_column="statusdato", note="since when it has that status"),
)


def _unsent(name: str, path: str, kind: Kind, updatable: bool, note: str, basis: Basis = _DOC, **more: Any) -> RegisterField:
    """A row of NEVER_SENT. more: other fields of RegisterField."""
    return RegisterField(name, path, kind, updatable, basis, compared=False, sent=False, note=note, **more)


_NAME, _PHONE, _MVA = "boligeiersnavn", "boligeiersmobilnummer", "kvalifiserermvakompensasjon"

NEVER_SENT: tuple[RegisterField, ...] = (
    _unsent("bygning", "bygning", Kind.OBJECT, False, "BygningTO; its fields are not public"),
    _unsent("egenskaper", "egenskaper", Kind.LIST, True, "Boligegenskap values are not public; Kobo fills it from the wheelchair switch"),
    _unsent("eieform", "eieform", Kind.ENUM, True, "its values are not public", versions=("V1",)),
    _unsent(
        "eiers_navn",
        "eier.navn",
        Kind.TEXT,
        False,
        "may be a person's; an organisation's in the import file",
        personal=True,
        basis=_OWN,
        import_column=_NAME,
    ),
    _unsent(
        "eiers_mobilnummer",
        "eier.mobilnummer",
        Kind.TEXT,
        False,
        "may be a person's; a company's in the import file",
        personal=True,
        basis=_OWN,
        import_column=_PHONE,
    ),
    _unsent("husstand", "husstand", Kind.OBJECT, False, "HusstandTO: who lives there", personal=True),
    _unsent(
        "kvalifiserer_mva_kompensasjon",
        "kvalifisererMvaKompensasjon",
        Kind.BOOLEAN,
        True,
        "",
        import_column=_MVA,
        citation=CUT.format(row="kvalifisererMvaKompensasjon"),
    ),
    _unsent(
        "leieforhold",
        "leieforhold",
        Kind.OBJECT,
        True,
        "LeieforholdTO: a person's tenancy",
        personal=True,
        citation=CUT.format(row="leieforhold"),
    ),
    _unsent("depositum", "leiekostnad.depositum", Kind.NUMBER, True, "belongs to a tenancy", basis=_OWN, import_column="depositum"),
    _unsent("leie_til_eie_potensial", "leieTilEiePotensial", Kind.BOOLEAN, True, "", citation=CUT.format(row="leieTilEiePotensial")),
    _unsent(
        "sist_endret",
        "sistEndret",
        Kind.OBJECT,
        False,
        "when an entry was last edited, as `tidspunkt`, and by whom; shown with what was changed, where an answer has it",
        basis=_OWN,
        citation="[2] nothing of the kind is in it; name and place are ours",
    ),
    _unsent(
        "tildeling",
        "tildeling",
        Kind.OBJECT,
        True,
        "only that V1 can handle one is public",
        personal=True,
        versions=("V1",),
        basis=_OWN,
        citation="[2] list of functions, Behandle tildeling; the field is ours",
    ),
)
"""Fields that kobosync never writes: without public contents, or about persons."""

ALL_FIELDS = FIELDS + NEVER_SENT
BY_NAME = {field.name: field for field in ALL_FIELDS}
COMPARED = tuple(field for field in FIELDS if field.compared)
PROTECTED = tuple(field for field in FIELDS if not field.updatable and field.compared)
