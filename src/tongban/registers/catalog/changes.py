"""What changed between two versions of an item, line by line, for the people who admit a change."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tongban.domain.element import Element
from tongban.domain.expression import Expr
from tongban.domain.item import ItemVersion
from tongban.domain.text import Text
from tongban.domain.wording import describe

_ABSENT = "(没有)"
# The field by which an entry of a list is known, so that a moved entry is not a changed one.
_KEYS = ("id", "element", "material", "code", "step")


class Change(msgspec.Struct, frozen=True):
    """One difference: the path in the item file, before and after as text."""

    path: str
    before: str
    after: str


def changes(old: ItemVersion, new: ItemVersion, elements: Mapping[str, Element]) -> tuple[Change, ...]:
    """All differences but the version number itself, in the order of the item file."""
    return tuple(c for c in _walk("", old, new, elements) if not c.path.startswith(("/version", "/item/")))


def _walk(path: str, old: Any, new: Any, elements: Mapping[str, Element]) -> Iterator[Change]:
    if old == new:
        return
    leaf = (Expr, Text)
    if isinstance(old, msgspec.Struct) and type(old) is type(new) and not isinstance(old, leaf):
        for field in msgspec.structs.fields(old):
            yield from _walk(f"{path}/{field.name}", getattr(old, field.name), getattr(new, field.name), elements)
    elif isinstance(old, tuple) and isinstance(new, tuple) and any(isinstance(x, msgspec.Struct) for x in old + new):
        before, after = _keyed(old), _keyed(new)
        for key in dict.fromkeys((*before, *after)):
            yield from _walk(f"{path}/{key}", before.get(key), after.get(key), elements)
    else:
        yield Change(path, _shown(old, elements), _shown(new, elements))


def _keyed(entries: tuple[Any, ...]) -> dict[str, Any]:
    keyed: dict[str, Any] = {}
    for i, entry in enumerate(entries):
        name = next((str(getattr(entry, key)) for key in _KEYS if hasattr(entry, key)), str(i))
        keyed[name if name not in keyed else f"{name}-{i}"] = entry
    return keyed


def _shown(value: Any, elements: Mapping[str, Element]) -> str:
    if value is None or value in ((), ""):
        return _ABSENT
    if isinstance(value, Expr):
        return describe(value, elements).zh
    if isinstance(value, Text):
        return value.zh if not value.en else f"{value.zh} / {value.en}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(_shown(one, elements) for one in value)
    if isinstance(value, msgspec.Struct):
        pairs = ((f.name, getattr(value, f.name), f.default) for f in msgspec.structs.fields(value))
        return ",".join(f"{name}: {_shown(v, elements)}" for name, v, default in pairs if v != default)
    return str(value)
