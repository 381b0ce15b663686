"""Match: which register entry each dwelling is, by key and with the reason, or with candidates for a person."""

from reconciliation.match.matching import match

__all__ = ["match"]
