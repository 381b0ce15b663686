"""Numbers that name property and units in the cadastre, in every form people write them."""

from reconciliation.identifiers.kommune import municipalities
from reconciliation.identifiers.matrikkel import Matrikkelnummer, is_unlinked, parse_matrikkel
from reconciliation.identifiers.units import parse_unit

__all__ = ["Matrikkelnummer", "is_unlinked", "municipalities", "parse_matrikkel", "parse_unit"]
