"""What the page of the documentation shows, made from the OpenAPI document: operations by tag, and the types they speak of."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from tongban.channels.openapi import document
from tongban.channels.openapi.api import api

_REF = "#/components/schemas/"
_BOUNDS = {
    "pattern": "{}", "minLength": "≥ {} characters", "maxLength": "≤ {} characters", "minimum": "≥ {}", "maximum": "≤ {}",
    "minItems": "≥ {} entries", "maxItems": "≤ {} entries", "maxProperties": "≤ {} entries", "default": "default {}",
}  # fmt: skip


class Field(msgspec.Struct, frozen=True):
    """A row of a table: a field or parameter, its types (words, and names of types to link to), and what bounds it."""

    name: str
    types: tuple[tuple[str, bool], ...]
    required: bool
    bounds: str
    about: str


class Operation(msgspec.Struct, frozen=True):
    """One address and method."""

    id: str
    method: str
    path: str
    summary: str
    about: tuple[tuple[str, bool], ...]
    public: bool
    parameters: tuple[Field, ...]
    body: tuple[tuple[str, bool], ...]
    answers: tuple[tuple[str, str, tuple[tuple[str, bool], ...]], ...]


class Group(msgspec.Struct, frozen=True):
    """The operations of one tag."""

    tag: str
    name: str
    operations: tuple[Operation, ...]


class Type(msgspec.Struct, frozen=True):
    """A named structure."""

    name: str
    about: str
    fields: tuple[Field, ...]


def coded(text: str) -> tuple[tuple[str, bool], ...]:
    """The parts of a text; what stood between backquotes is code."""
    return tuple((part, i % 2 == 1) for i, part in enumerate(text.split("`")))


@cache
def drawn() -> tuple[tuple[Group, ...], tuple[Type, ...]]:
    """The groups of operations and the types; made once per process."""
    made = document.build(api)
    by_tag: dict[str, list[Operation]] = {tag: [] for tag in document.TAGS}
    for path, methods in made["paths"].items():
        for method, told in methods.items():
            by_tag[told["tags"][0]].append(_operation(path, method, told))
    groups = tuple(Group(tag, document.TAGS[tag], tuple(found)) for tag, found in by_tag.items())
    types = tuple(_type(name, schema) for name, schema in made["components"]["schemas"].items())
    return groups, types


def _operation(path: str, method: str, told: dict[str, Any]) -> Operation:
    body = told.get("requestBody", {}).get("content", {})
    return Operation(
        told["operationId"], method.upper(), path, told["summary"].replace("`", ""), coded(told.get("description", "")), "security" not in told,
        tuple(_field(p["name"], p["schema"], p["required"], p.get("description", "")) for p in told["parameters"]),
        tuple(t for kind, content in body.items() for t in (_types(content["schema"]) if kind == "application/json" else ((kind, False),))),
        tuple((str(status), answer["description"], _answered(answer)) for status, answer in told["responses"].items()),
    )  # fmt: skip


def _answered(answer: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    return tuple(
        t
        for kind, content in answer.get("content", {}).items()
        for t in (_types(content["schema"]) if "schema" in content else ((kind, False),))
    )


def _type(name: str, schema: dict[str, Any]) -> Type:
    required = set(schema.get("required", ()))
    fields = tuple(
        _field(n, s, n in required, s.get("description", "")) for n, s in schema.get("properties", {}).items()
    )
    return Type(name, " ".join(schema.get("description", "").split()), fields)


def _field(name: str, schema: dict[str, Any], required: bool, about: str) -> Field:
    parts = [schema, *schema.get("anyOf", ())]
    bounds = "; ".join(
        say.format(part[key])
        for part in parts
        for key, say in _BOUNDS.items()
        if part.get(key) not in (None, "", [], {})
    )
    return Field(name, _types(schema), required, bounds, about)


def _types(schema: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    """Words for a schema; the second of a pair says that the first is the name of a type."""
    if "$ref" in schema:
        return ((schema["$ref"].removeprefix(_REF), True),)
    if "anyOf" in schema:
        return tuple(dict.fromkeys(t for part in schema["anyOf"] for t in _types(part)))
    if "enum" in schema:
        return tuple((f"“{one}”", False) for one in schema["enum"])
    if schema.get("type") == "array":
        return _several(schema.get("prefixItems") or [schema.get("items") or {}])
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return (("by name:", False), *_types(schema["additionalProperties"]))
    kind = schema.get("type", "any")
    return (((schema.get("format") or kind) if isinstance(kind, str) else " or ".join(kind), False),)


def _several(items: Iterable[dict[str, Any]]) -> tuple[tuple[str, bool], ...]:
    return (("list of", False), *(t for item in items for t in _types(item)))
