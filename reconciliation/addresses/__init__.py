"""Norwegian addresses: taken apart, and folded for comparison. Spelling variants need the official register."""

from reconciliation.addresses.folding import fold, folded
from reconciliation.addresses.parsing import ParsedAddress, parse

__all__ = ["ParsedAddress", "fold", "folded", "parse"]
