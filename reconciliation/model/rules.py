"""Every validation rule as one row: what is wrong, and what the owner should do, in bokmål and in KOSTRA's tone."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reconciliation.model.words import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """id: short and stable, the owner can look it up. field: canonical field it is about; None for the whole row.

    filled: what stands there, filled with {value} and {column}. required: what is required and what to do.
    wrong: true for a row that breaks the rule; None when it is found while the value is read.
    """

    id: str
    field: str | None
    title: str
    filled: str
    required: str
    wrong: pl.Expr | None = None
    severity: Severity = Severity.ERROR

    def message(self, value: str | None, column: str | None) -> str:
        """The whole sentence for one row."""
        shown = "" if value is None else value if len(value) <= _LONGEST else value[:_LONGEST] + " …"
        return f"{self.filled.format(value=shown, column=column or 'raden')} {self.required}"


_LONGEST = 120
_UNIT = r"^[HULK]\d{4}$"
_LOCATED = pl.col("adressenavn").is_not_null() & pl.col("nummer").is_not_null()

RULES: tuple[Rule, ...] = (
    Rule(
        "L01",
        None,
        "Linjen kan ikke leses",
        "Linjen kan ikke leses.",
        "Rett linjen i filen slik at den har like mange kolonner som overskriften.",
    ),
    Rule(
        "N01",
        None,
        "Nøkkel mangler",
        "Det er ikke fylt inn noe i {column}.",
        "Hver rad må ha en nøkkel som følger boligen. Fyll den inn.",
        pl.col("source_key").is_null(),
    ),
    Rule(
        "N02",
        None,
        "Nøkkelen står flere ganger",
        "Det er fylt inn «{value}» i {column} på flere rader.",
        "Hver bolig må ha sin egen nøkkel. Rett nøkkelen på den raden som er feil.",
        pl.col("source_key").is_not_null() & (pl.col("same_key") > 1),
    ),
    Rule(
        "K01",
        "kategori",
        "Kategori mangler",
        "Det er ikke fylt inn noe i {column}.",
        "Kategori kreves. Fyll inn hva slags bolig dette er.",
        pl.col("kategori").is_null() & ~pl.col("broken_fields").list.contains("kategori"),
    ),
    Rule(
        "K02",
        "kategori",
        "Kategorien er ukjent",
        "Det er fylt inn «{value}» i {column}.",
        "Kategorien finnes ikke i oppsettet. Bruk en av de kjente, eller be om at den nye legges til.",
    ),
    Rule(
        "A01",
        "adressenavn",
        "Adresse mangler",
        "Det er ikke fylt inn noen adresse i {column}.",
        "Fyll inn gatenavn og husnummer.",
        pl.col("adressenavn").is_null() & ~pl.col("broken_fields").list.contains("adresse"),
    ),
    Rule(
        "A02",
        "nummer",
        "Husnummer mangler",
        "Det er fylt inn «{value}» i {column}, uten husnummer.",
        "Kobo krever husnummer. Fyll inn gatenavn og husnummer slik de står i matrikkelen.",
        pl.col("adressenavn").is_not_null() & pl.col("nummer").is_null(),
    ),
    Rule(
        "A03",
        "adressenavn",
        "Adressen er ikke en bolig",
        "Det er fylt inn «{value}» i {column}.",
        "En postboks er ikke en boligadresse. Fyll inn gateadressen til boligen.",
    ),
    Rule(
        "A04",
        "adressenavn",
        "Adressen kan ikke tolkes",
        "Det er fylt inn «{value}» i {column}.",
        "Det må stå én adresse for én bolig, for eksempel «Storgata 12 B». Del raden opp, eller rett adressen.",
    ),
    Rule(
        "A05W",
        "adressenavn",
        "Adressen finnes ikke i adresseregisteret",
        "Det er fylt inn «{value}» i {column}, og den er ikke funnet med sikkerhet blant kommunens offisielle adresser.",
        "Sjekk gatenavn, husnummer og bokstav.",
        severity=Severity.WARNING,
    ),
    Rule(
        "G01",
        "kommunenummer",
        "Kommunenummeret finnes ikke",
        "Det er fylt inn «{value}» i {column}.",
        "Et kommunenummer har fire sifre, og dette har aldri vært brukt. Rett det, eller la feltet stå tomt.",
    ),
    Rule(
        "G02W",
        "gardsnummer",
        "Matrikkelnummeret er fra før en sammenslåing",
        "Det er fylt inn kommunenummer «{value}», som gjaldt før kommunen ble slått sammen eller delt.",
        "Gårdene fikk nye numre da, så matrikkelnummeret på raden er ikke brukt. Se etter det nye i matrikkelen, og rett begge.",
        severity=Severity.WARNING,
    ),
    Rule(
        "P01",
        "postnummer",
        "Postnummer mangler",
        "Det er ikke fylt inn noe postnummer for {column}.",
        "Kobo krever postnummer. Fyll inn fire sifre.",
        pl.col("postnummer").is_null() & _LOCATED,
    ),
    Rule(
        "P02",
        "postnummer",
        "Postnummeret er ugyldig",
        "Det er fylt inn postnummer «{value}».",
        "Et postnummer har fire sifre. Rett det.",
        pl.col("postnummer").is_not_null() & ~pl.col("postnummer").str.contains(r"^\d{4}$"),
    ),
    Rule(
        "P03W",
        "postnummer",
        "Postnummer eller poststed er et annet enn i adresseregisteret",
        "Det er fylt inn «{value}» i {column}.",
        "Sjekk hvilket som er rett. Et postnummer følger ikke kommunegrensene, så raden går videre som den er.",
        severity=Severity.WARNING,
    ),
    Rule(
        "B01",
        "bruksenhetsnummer",
        "Bruksenhetsnummeret er ugyldig",
        "Det er fylt inn «{value}» i {column}.",
        "Et bruksenhetsnummer er en bokstav (H, U, L eller K) og fire sifre, for eksempel H0101. Se etter i matrikkelen, og rett det.",
        pl.col("bruksenhetsnummer").is_not_null() & ~pl.col("bruksenhetsnummer").str.contains(_UNIT),
    ),
    Rule(
        "B02",
        "bruksenhetsnummer",
        "Bruksenhetsnummer mangler",
        "Det er fylt inn adressen «{value}» på flere rader, og ikke noe bruksenhetsnummer skiller dem.",
        "Fyll inn bruksenhetsnummer (for eksempel H0101) på hver av dem.",
        _LOCATED
        & pl.col("bruksenhetsnummer").is_null()
        & pl.col("leilighetsnummer").is_null()
        & pl.col("ekstra_referanse").is_null()
        & (pl.col("same_unit") > 1),
    ),
    Rule(
        "B03",
        "bruksenhetsnummer",
        "Samme bolig står flere ganger",
        "Det er fylt inn boligen «{value}» på flere rader med hver sin nøkkel.",
        "Behold én av radene. Er det flere leieforhold i boligen, må hver rad ha sitt eget rom.",
        _LOCATED & pl.col("bruksenhetsnummer").is_not_null() & (pl.col("same_unit") > 1),
    ),
    Rule(
        "B04W",
        "bruksenhetsnummer",
        "Bruksenhetsnummeret finnes ikke på adressen",
        "Det er fylt inn «{value}» i {column}.",
        "Sjekk bruksenhetsnummeret i matrikkelen, og rett det her eller der. Raden går videre som den er.",
        severity=Severity.WARNING,
    ),
    Rule(
        "M01",
        "gardsnummer",
        "Matrikkelnummeret kan ikke tolkes",
        "Det er fylt inn «{value}» i {column}.",
        "Skriv gårdsnummer og bruksnummer, for eksempel 12/345, eller la feltet stå tomt.",
    ),
    Rule(
        "V01",
        None,
        "Verdien kan ikke leses",
        "Det er fylt inn «{value}» i {column}.",
        "Verdien kan ikke leses i dette feltet. Rett den, eller la feltet stå tomt.",
    ),
    Rule(
        "S01W",
        None,
        "Tallet mangler i kilden",
        "Det er fylt inn «{value}» i {column}, SSBs tegn for at tallet mangler.",
        "Feltet regnes som tomt. Fyll inn tallet når det er kjent.",
        severity=Severity.WARNING,
    ),
    Rule(
        "S02W",
        None,
        "Tallet er skjult i kilden",
        "Det er fylt inn «{value}» i {column}, SSBs tegn for at tallet ikke vises.",
        "Feltet regnes som tomt. Fyll inn tallet hvis det kan deles.",
        severity=Severity.WARNING,
    ),
    Rule(
        "V02",
        None,
        "Verdien er ikke mulig",
        "Det er fylt inn «{value}» i {column}.",
        "Verdien er utenfor det som er mulig. Rett den, eller la feltet stå tomt.",
    ),
    Rule(
        "V03",
        None,
        "Tallet kan leses på to måter",
        "Det er fylt inn «{value}» i {column}.",
        "Det kan være tusener eller desimaler. Skriv tusener uten skilletegn og desimaler med to sifre, for eksempel 7340,50; "
        "eller be drift si hvilket tegn kilden bruker (`decimal`).",
    ),
    Rule(
        "I01W",
        None,
        "Fødselsnummer fjernet",
        "Det sto et fødselsnummer i {column}.",
        "Nummeret er fjernet før raden ble behandlet. Slett det i kilden; det hører ikke hjemme der.",
        severity=Severity.WARNING,
    ),
)
BY_ID = {rule.id: rule for rule in RULES}

POSSIBLE: dict[str, tuple[float, float]] = {"bruksareal": (0.01, 1000), "manedsleie": (0, 100_000), "antall_soverom": (0, 20)}
"""Field -> least and greatest value that can be true (rule V02). Square metres, kroner a month, rooms."""
