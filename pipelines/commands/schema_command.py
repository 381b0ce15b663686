"""`kobosync schema`: the JSON Schema of a municipality's file and of a mapping file, for editors that complete and warn."""

from __future__ import annotations

from typing import Any, get_args

from connectors.source_config import AnySource
from reconciliation.model.mapping_files import KEYS
from reconciliation.model.municipality import Municipality

KINDS = ("municipality", "mapping")


def schema_of(kind: str) -> dict[str, Any]:
    """kind: one of KINDS."""
    whole = Municipality.model_json_schema(by_alias=True)
    if kind == "municipality":
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_with_mappings(whole)}
    kinds = {one.__name__ for one in get_args(get_args(AnySource)[0])}
    properties = {
        name: about for one in sorted(kinds) for name, about in whole["$defs"][one]["properties"].items() if name in KEYS and name != "kind"
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": whole["$defs"],
    }


def _with_mappings(schema: dict[str, Any]) -> dict[str, Any]:
    """A source may leave its key and fields to a mapping file."""
    for about in schema["$defs"].values():
        if "fields" in about.get("properties", {}) and "key" in about["properties"]:
            about["properties"]["mapping"] = {"type": "string", "description": "A mapping file beside this one, or ready:NAME."}
            about["required"] = [name for name in about.get("required", []) if name not in ("key", "fields")]
    return schema
