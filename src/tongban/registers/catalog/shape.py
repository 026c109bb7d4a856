"""Fits plain data to the domain's frozen structs and says everything that does not fit, not only the first thing: unknown
keys with the nearest right word, missing keys, wrong values, each with its line. A plain string is a Chinese Text."""

import difflib
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from tongban.domain.expression import Expr
from tongban.domain.item import Prefill
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.registers.catalog.files import Document, Note

_WORDS = {
    str: "文字", int: "整数", bool: "true 或 false", date: "日期(2026-01-31)", Decimal: "数", dict: "“键: 值”",
}  # fmt: skip
_FROM_WORD: dict[Any, str] = {Text: "zh", Prefill: "source"}


class Fit:
    """Fits one document; ``notes`` collects what does not fit. ``condition`` reads an Expr (data, path -> Expr)."""

    def __init__(self, document: Document, condition: Callable[[Any, str], Expr] | None = None) -> None:
        self.document = document
        self.condition = condition
        self.notes: list[Note] = []

    def to(self, kind: Any, data: Any, path: str = "") -> Any:
        """The value of ``kind``, or None when something did not fit (then ``notes`` says what)."""
        before = len(self.notes)
        value = self.fit(kind, data, path)
        return value if len(self.notes) == before else None

    def say(self, path: str, what: str, mend: str) -> None:
        self.notes.append(self.document.note(path, what, mend))

    def fit(self, kind: Any, data: Any, path: str) -> Any:
        origin = get_origin(kind)
        if kind is Expr:
            return self.expression(data, path)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(kind, data, path)
        if origin is tuple:
            return self.several(kind, data, path)
        if origin in (Union, types.UnionType):
            return self.one_of(get_args(kind), data, path)
        if origin is Literal:
            return self.literal(get_args(kind), data, path)
        if origin in (dict, Mapping) or origin is typing.Mapping:
            return self.mapping(kind, data, path)
        return self.plain(kind, data, path)

    def expression(self, data: Any, path: str) -> Any:
        if self.condition is None:
            self.say(path, "这里不能写条件", "去掉")
            return None
        try:
            return self.condition(data, path)
        except Refused as refused:
            what, _, mend = refused.text.zh.partition("。改法:")
            self.say(refused.pointer or path, what, mend)
            return None

    def struct(self, kind: Any, data: Any, path: str) -> Any:
        if kind in _FROM_WORD and isinstance(data, str):
            data = {_FROM_WORD[kind]: data}
        if not isinstance(data, dict):
            self.say(path, f"这里要写几行“键: 值”,写的却是{_shown(data)}", "照着同类的条目写")
            return None
        before = len(self.notes)
        hints = typing.get_type_hints(kind)
        known = {f.encode_name: f for f in msgspec.structs.fields(kind)}
        for key, value in data.items():
            if key not in known and value is None and not key.isascii():
                mend = "句子里的半角逗号把文字断开了:把整句用引号括起来,或改用全角逗号"
                self.say(f"{path}/{key}", f"多出来一段“{key[:20]}”", mend)
            elif key not in known:
                near = difflib.get_close_matches(key, known, 1)
                mend = f"是不是 {near[0]}?" if near else f"可写的有:{'、'.join(known)}"
                self.say(f"{path}/{key}", f"不认识“{key}”", mend)
        values: dict[str, Any] = {}
        for key, field in known.items():
            # An empty value means "as if not written", except where nothing is a value of the field.
            if key in data and (data[key] is not None or type(None) in get_args(hints[field.name])):
                values[field.name] = self.fit(hints[field.name], data[key], f"{path}/{key}")
            elif field.required:
                self.say(path, f"缺少“{key}”", f"补上 {key}: …")
        # A struct of half-fitting values is never built.
        return kind(**values) if len(self.notes) == before else None

    def several(self, kind: Any, data: Any, path: str) -> Any:
        inner = get_args(kind)
        if not isinstance(data, list):
            self.say(path, f"这里要写一个列表,写的却是{_shown(data)}", "每项一行,用“- ”开头,或写成 [甲, 乙]")
            return None
        if len(inner) == 2 and inner[1] is not Ellipsis:
            if len(data) != len(inner):
                self.say(path, f"这里要写 {len(inner)} 项", "补齐或去掉多余的")
                return None
            return tuple(self.fit(t, one, f"{path}/{i}") for i, (t, one) in enumerate(zip(inner, data, strict=True)))
        return tuple(self.fit(inner[0], one, f"{path}/{i}") for i, one in enumerate(data))

    def one_of(self, kinds: tuple[Any, ...], data: Any, path: str) -> Any:
        if data is None and type(None) in kinds:
            return None
        *others, last = [k for k in kinds if k is not type(None)]
        before = len(self.notes)
        for kind in others:
            value = self.fit(kind, data, path)
            if len(self.notes) == before:
                return value
            del self.notes[before:]
        return self.fit(last, data, path)

    def literal(self, allowed: tuple[Any, ...], data: Any, path: str) -> Any:
        if data not in allowed or isinstance(data, list | dict):
            self.say(path, f"{_shown(data)}不在可选的词里", f"可选:{'、'.join(map(str, allowed))}")
            return None
        return data

    def mapping(self, kind: Any, data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            self.say(path, f"这里要写几行“键: 值”,写的却是{_shown(data)}", "写成 键: 值")
            return None
        inner = get_args(kind)[1]
        return {key: self.fit(inner, one, f"{path}/{key}") for key, one in data.items()}

    def plain(self, kind: Any, data: Any, path: str) -> Any:
        if kind is Any:
            return data
        if kind is str and isinstance(data, int) and not isinstance(data, bool):
            # A code without quotes; the loader keeps leading zeros as text, so nothing is lost.
            return str(data)
        if kind is Decimal and not isinstance(data, bool) and isinstance(data, int | str):
            data = _decimal(data)
        if kind is date and isinstance(data, str):
            data = _date(data)
        good = isinstance(data, kind) and not (kind is int and isinstance(data, bool))
        if not good:
            self.say(path, f"这里要{_WORDS.get(kind, kind.__name__)},写的却是{_shown(data)}", "改成对的写法")
            return None
        return data


def _decimal(data: int | str) -> Any:
    from tongban.domain.element import number

    return number(data)


def _date(data: str) -> Any:
    try:
        return date.fromisoformat(data) if len(data) == 10 else data
    except ValueError:
        return data


def _shown(data: Any) -> str:
    if isinstance(data, dict):
        return "几个“键: 值”"
    if isinstance(data, list):
        return "一个列表"
    return "空的" if data is None else f"“{str(data)[:40]}”"
