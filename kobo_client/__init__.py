"""The register out: contract, HTTP client, import file, rehearsal register. Does not depend on the sources."""
