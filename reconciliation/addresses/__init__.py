"""Norwegian addresses: parsed, normalised for comparison, and compared with the official addresses."""

from reconciliation.addresses.folding import fold, folded
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.parsing import parse_address

__all__ = ["ParsedAddress", "fold", "folded", "parse_address"]
