"""`kobosync schema`: the JSON Schema of a municipality's file and of a mapping file, for editors that complete, explain and warn."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, get_args

from pydantic import BaseModel

from connectors.source_config import SOURCE_KINDS
from reconciliation.model.mapping_files import KEYS
from reconciliation.model.municipality import Municipality

KINDS = ("municipality", "mapping")


def schema_of(kind: str) -> dict[str, Any]:
    """kind: one of KINDS. Every property has its description: what the models say of their fields."""
    whole = _explained(Municipality.model_json_schema(by_alias=True))
    if kind == "municipality":
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_with_mappings(whole)}
    kinds = [whole["$defs"][kind.__name__]["properties"] for kind in SOURCE_KINDS]
    properties = {name: about for kind in kinds for name, about in kind.items() if name in KEYS}
    properties["kind"] = {"enum": [kind["kind"]["const"] for kind in kinds], "description": "What the mapping is for."}
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


def _explained(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what each model's fields say of themselves. Read from the source here, since no night needs it."""
    for model in dict.fromkeys(_models(Municipality)):
        definition = schema if model is Municipality else schema["$defs"][model.__name__]
        says = _field_docs(model)
        for name, about in model.model_fields.items():
            definition["properties"][about.alias or name]["description"] = says[name]
    return schema


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for about in annotation.model_fields.values():
            yield from _models(about.annotation)
    for part in get_args(annotation):
        yield from _models(part)


def _field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Field -> the text below it in the model's source, the inherited ones too."""
    docs: dict[str, str] = {}
    for base in reversed(model.__mro__[: model.__mro__.index(BaseModel)]):
        (made,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        for field, text in pairwise(made.body if isinstance(made, ast.ClassDef) else []):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(says))):
                    docs[name] = " ".join(says.split())
    return docs
