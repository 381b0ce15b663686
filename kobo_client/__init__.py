"""The register out: contract, HTTP client, import file, rehearsal register. Knows nothing of the sources."""
