"""From rows as written to rows that can be trusted: canonical columns, corrections, official addresses, validation."""
