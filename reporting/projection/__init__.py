"""Hva trenger vi om fem år, computed from public figures and shown beside what the services report. docs/needs-projection.md."""
