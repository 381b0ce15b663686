-- Beside Dagster's own database: the ledger, which outlives Dagster's history and is backed up by itself.
CREATE DATABASE kobosync;
