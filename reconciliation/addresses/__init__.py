"""Norwegian addresses: taken apart, and folded for comparison. Spelling variants need the official register."""

from reconciliation.addresses.folding import fold, folded
from reconciliation.addresses.parsed_address import ParsedAddress
from reconciliation.addresses.parsing import parse_address

__all__ = ["ParsedAddress", "fold", "folded", "parse_address"]
