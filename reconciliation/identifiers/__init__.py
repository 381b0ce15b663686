"""Numbers that name property and units in the cadastre, in every form people write them."""

from reconciliation.identifiers.kommune import kommune_table
from reconciliation.identifiers.matrikkel import Matrikkelnummer, is_unlinked, parse_matrikkel
from reconciliation.identifiers.units import parse_unit

__all__ = ["Matrikkelnummer", "is_unlinked", "kommune_table", "parse_matrikkel", "parse_unit"]
