"""The questions of an item as a JSON Schema (2020-12), so that a kiosk can draw the form and check it before it sends. What the
schema allows the rulebook may still refuse (check digits, conditions); what the rulebook takes the schema allows."""

from typing import Any

from tongban.domain.element import Element
from tongban.domain.form import MAX_LONG_TEXT, MAX_TEXT
from tongban.domain.item import Field, ItemVersion

_FORMATS = {"date": "date", "email": "email"}


def schema(version: ItemVersion, fields: tuple[tuple[Field, Element], ...]) -> dict[str, Any]:
    """The schema of ``answers``. ``required`` are the fields that every situation asks; others depend on answers."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": version.name.zh,
        "type": "object",
        "additionalProperties": False,
        "properties": {element.code: _property(field, element) for field, element in fields},
        "required": [element.code for field, element in fields if field.required and field.when is None],
    }


def _property(field: Field, element: Element) -> dict[str, Any]:
    hint = field.hint or element.hint
    told: dict[str, Any] = {
        "title": element.name.zh, **({"description": hint.zh} if hint and hint.zh else {}), **_type(element),
        "x-title-en": element.name.en, "x-type": element.type, "x-group": element.group, "x-sensitivity": element.sensitivity,
        "x-reuse": element.reuse, "x-required": field.required,
        "x-prefill": [p.credential or p.check or p.source for p in field.prefill],
    }  # fmt: skip
    if element.unit:
        told["x-unit"] = element.unit
    if field.when is not None:
        told["x-conditional"] = True
    return told


def _type(element: Element) -> dict[str, Any]:
    choices = [{"const": c.code, "title": c.name.zh, "x-title-en": c.name.en} for c in element.choices]
    match element.type:
        case "boolean":
            return {"type": "boolean"}
        case "integer":
            return {"type": "integer", **_within(element)}
        case "number":
            return {"type": "number", **_within(element)}
        case "money":
            return {"type": ["string", "number"], "pattern": r"^[0-9]{1,15}(\.[0-9]{1,2})?$", **_within(element)}
        case "quantity":
            return {"type": ["number", "string", "object"], "properties": {"value": {}, "unit": {"type": "string"}}}
        case "choice":
            return {"type": "string", "oneOf": choices}
        case "multichoice":
            return {"type": "array", "uniqueItems": True, "items": {"type": "string", "oneOf": choices}}
        case "division":
            return {"type": "string", "pattern": r"^[0-9]{6}([0-9]{3}){0,2}$"}
    longest = element.max_length or (MAX_LONG_TEXT if element.type == "longtext" else MAX_TEXT)
    told: dict[str, Any] = {"type": "string"}
    if element.type in ("text", "longtext", "address"):
        told["maxLength"] = longest
    if element.type in _FORMATS:
        told["format"] = _FORMATS[element.type]
    return told


def _within(element: Element) -> dict[str, Any]:
    return {
        **({"minimum": float(element.min)} if element.min is not None else {}),
        **({"maximum": float(element.max)} if element.max is not None else {}),
    }
