"""The register's contract as data: one row per field that kobosync reads or writes.

Everything that needs to know whether a field is required, updatable or personal reads this table: the client, the
differ, the planner, the rehearsal register, the import file and docs/contract.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    ENUM = "enum"
    UUID = "uuid"


class Basis(StrEnum):
    """Where a row of this table comes from."""

    DOCUMENTED = "documented"
    THIRD_PARTY = "third party"
    ASSUMPTION = "our assumption"


@dataclass(frozen=True, slots=True)
class RegisterField:
    """One leaf field of `Kobobolig`.

    name: canonical name, snake_case of the register's own; also the column name in every table of ours.
    path: where it stands in the JSON body.
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
    import_column: str | None = None
    note: str = ""


BOLIGTYPE = ("ORDINAR_BOLIG", "OMSORGSBOLIG", "TJENESTEBOLIG", "ANNET_UTLEIEOBJEKT")
DISPOSISJONSFORM = (
    "KOMMUNALT_EID",
    "INNLEID_FRA_KOMMUNALT_FORETAK",
    "INNLEID_FRA_STIFTELSE",
    "INNLEID_FRA_PRIVAT_FORETAK",
    "INNLEID_FRA_PRIVATPERSON",
)

_DOC, _TP, _OWN = Basis.DOCUMENTED, Basis.THIRD_PARTY, Basis.ASSUMPTION

FIELDS: tuple[RegisterField, ...] = (
    RegisterField("kobo_id", "koboId", Kind.UUID, False, _DOC, compared=False),
    RegisterField("leverandor_bolig_id", "leverandorBoligId", Kind.TEXT, False, _DOC, required=True, compared=False),
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
        "bruksenhetsnummer", "bruksenhetsnummer", Kind.TEXT, False, _DOC, pattern=r"^[HULK]\d{4}$", import_column="bruksenhetsnummer"
    ),
    RegisterField("ekstra_referanse", "ekstraReferanse", Kind.TEXT, False, _DOC, import_column="ekstrareferanse"),
    RegisterField("gardsnummer", "eiendom.gardsnummer", Kind.INTEGER, True, _OWN, import_column="gnrbnr"),
    RegisterField("bruksnummer", "eiendom.bruksnummer", Kind.INTEGER, True, _OWN, import_column="gnrbnr"),
    RegisterField("festenummer", "eiendom.festenummer", Kind.INTEGER, True, _OWN, import_column="festenummer"),
    RegisterField("seksjonsnummer", "eieseksjon.seksjonsnummer", Kind.INTEGER, True, _OWN, import_column="seksjonsnummer"),
    RegisterField("boligtype", "boligtype", Kind.ENUM, True, _DOC, required=True, values=BOLIGTYPE, import_column="koboboligtype"),
    RegisterField(
        "disposisjonsform", "disposisjonsform", Kind.ENUM, True, _DOC, values=DISPOSISJONSFORM, import_column="kobodisposisjonsform"
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
)

BY_NAME = {field.name: field for field in FIELDS}
COMPARED = tuple(field for field in FIELDS if field.compared)
UPDATABLE = tuple(field for field in FIELDS if field.updatable)
PROTECTED = tuple(field for field in FIELDS if not field.updatable and field.compared)
