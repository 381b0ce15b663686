"""The review desk: data owners decide in the browser. Reads the last night's tables and the ledger; writes decisions, nothing else."""
