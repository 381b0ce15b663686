"""OpenAPI of the rehearsal register, generated from the contract table."""

from __future__ import annotations

from typing import Any

from kobo_client.contract import FIELDS, Kind, RegisterField
from kobo_client.rehearsal.contract_checks import LARGEST, LONGEST

# Printable letters without blanks at the ends, as the rules want them.
_PLAIN = r"^[!-~À-ÿ]([ -~À-ÿ]{0,198}[!-~À-ÿ])?$"


def _leaf(field: RegisterField) -> dict[str, Any]:
    by_kind: dict[Kind, dict[str, Any]] = {
        Kind.INTEGER: {"type": "integer", "minimum": 0, "maximum": LARGEST},
        Kind.NUMBER: {"type": "number", "minimum": 0, "maximum": LARGEST},
        Kind.BOOLEAN: {"type": "boolean"},
        Kind.UUID: {"type": "string", "format": "uuid"},
        Kind.DATE: {"type": "string", "format": "date"},
    }
    schema = by_kind.get(field.kind, {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": _PLAIN})
    if field.values:
        schema = {"type": "string", "enum": list(field.values)}
    elif field.pattern:
        schema = {"type": "string", "pattern": field.pattern.replace(r"\d", "[0-9]")}
    return schema


def body_schema(*, change: bool = False, answer: bool = False) -> dict[str, Any]:
    """JSON schema of a POST body, a PUT body (updatable fields and our id) or an answer."""
    schema: dict[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": answer}
    for field in FIELDS:
        if (field.kind is Kind.UUID and not answer) or (change and not field.updatable and field.name != "leverandor_bolig_id"):
            continue
        parent, _, key = field.path.rpartition(".")
        holder = schema
        if parent:
            holder = schema["properties"].setdefault(
                parent, {"type": "object", "properties": {}, "required": [], "additionalProperties": answer}
            )
        holder["properties"][key] = _leaf(field)
        if field.required and not answer:
            holder["required"].append(key)
            if parent and parent not in schema["required"]:
                schema["required"].append(parent)
    if answer:
        schema["required"] = ["koboId"]
        schema["properties"]["slettet"] = {"type": "boolean"}
    return schema


_PROBLEM = {
    "type": "object",
    "required": ["status", "title"],
    "properties": {
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "koboId": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "properties": {"felt": {"type": "string"}, "melding": {"type": "string"}}}},
    },
}


def _answers(*statuses: int, good: int, schema: dict[str, Any] | None) -> dict[str, Any]:
    content = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {str(good): {"description": "Utført", **content}} | {
        str(status): {"description": "Ikke utført", **problem} for status in (*statuses, 400, 401)
    }


def openapi() -> dict[str, Any]:
    """The whole document."""
    kobo_id = {"name": "koboboligId", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    ours = {
        "name": "leverandorBoligId",
        "in": "query",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": _PLAIN},
    }
    paging = [
        {"name": "side", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 1_000_000}},
        {"name": "antall", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
    ]
    answer = {"$ref": "#/components/schemas/Kobobolig"}
    pages = {
        "type": "object",
        "required": ["boliger", "totalt"],
        "properties": {"boliger": {"type": "array", "items": answer}, "totalt": {"type": "integer"}},
    }

    def body(name: str) -> dict[str, Any]:
        return {"required": True, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}

    return {
        "openapi": "3.1.0",
        "info": {"title": "kobosync rehearsal register", "version": "V1", "description": "Generated from kobo_client/contract.py."},
        "paths": {
            "/kobobolig": {
                "get": {"parameters": paging, "responses": _answers(good=200, schema=pages)},
                "post": {"requestBody": body("NyKobobolig"), "responses": _answers(409, 413, good=201, schema=answer)},
            },
            "/kobobolig/{koboboligId}": {
                "parameters": [kobo_id],
                "get": {"responses": _answers(404, good=200, schema=answer)},
                "put": {"requestBody": body("EndretKobobolig"), "responses": _answers(404, 409, 413, good=200, schema=answer)},
                "delete": {"parameters": [ours], "responses": _answers(404, good=204, schema=None)},
            },
        },
        "components": {
            "schemas": {
                "NyKobobolig": body_schema(),
                "EndretKobobolig": body_schema(change=True),
                "Kobobolig": body_schema(answer=True),
                "Problem": _PROBLEM,
            }
        },
    }
