"""Reads a condition from YAML: single-key mappings become typed trees (see expression.py) against the registry of
elements. Every message names the place, what is wrong and how to mend it. Size and depth are bounded."""

import difflib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tongban.domain.element import UNITS, Element, in_base_units, number
from tongban.domain.expression import (
    ARITHMETIC,
    COMPARE,
    MAX_DEPTH,
    MAX_NODES,
    OPERATORS,
    Expr,
    as_date,
    bad,
    kind_name,
    rule,
)


def parse(raw: Any, elements: Mapping[str, Element], path: str = "") -> Expr:
    """Read a condition: a tree whose value is true, false or unknown. Raises Refused with the path of what is wrong."""
    expr = _Reader(elements).read(raw, path, 1)
    if expr.kind != "boolean":
        bad(
            path,
            f"这里要一个判断(是或否),写的却是{kind_name(expr.kind)}",
            "用 eq、ge、in、known 等组成判断",
            "not a test",
        )
    return expr


class _Reader:
    """Reads one tree and counts its nodes."""

    def __init__(self, elements: Mapping[str, Element]) -> None:
        self.elements = elements
        self.nodes = 0

    def read(self, raw: Any, path: str, depth: int) -> Expr:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            bad(path, f"条件太大:最多 {MAX_DEPTH} 层、{MAX_NODES} 处", "拆成几条条件分别写", "too large")
        if isinstance(raw, bool):
            return Expr("const", value="true" if raw else "false")
        if isinstance(raw, int | float | Decimal):
            return self.constant_number(raw, path)
        if isinstance(raw, date):
            return Expr("const", value=date(raw.year, raw.month, raw.day).isoformat(), kind="date")
        if isinstance(raw, str):
            return self.word(raw, path)
        if isinstance(raw, Mapping) and len(raw) == 1:
            op, inner = next(iter(raw.items()))
            return self.operator(str(op), inner, f"{path}/{op}", depth)
        return bad(path, "看不懂这一段条件", "每一层只写一个“运算: 内容”,例如 {ge: [$age, 60]}", "not an expression")

    def word(self, raw: str, path: str) -> Expr:
        if raw == "today":
            return Expr("today", kind="date")
        if not raw.startswith("$"):
            return Expr("const", value=raw, kind="text")
        code = raw[1:]
        element = self.elements.get(code)
        if element is None:
            near = difflib.get_close_matches(code, self.elements, 1)
            hint = f"是不是 ${near[0]}?" if near else "先在 elements.yaml 登记这个数据元"
            bad(path, f"没有名为“{code[:40]}”的数据元", hint, f"unknown element {code[:40]}")
        return _reference(element, path)

    def constant_number(self, raw: Any, path: str) -> Expr:
        n = number(raw)
        if n is None:
            bad(path, "这个数太大或不是数", "写普通的十进制数,最多 30 位", "number out of bounds")
        return Expr("const", value=format(n, "f"), kind="number")

    def operator(self, op: str, inner: Any, path: str, depth: int) -> Expr:
        if op not in OPERATORS:
            near = difflib.get_close_matches(op, OPERATORS, 1)
            mend = f"是不是 {near[0]}?" if near else f"可用的有:{'、'.join(OPERATORS)}"
            bad(path, f"没有“{op[:40]}”这种运算", mend, f"unknown operator {op[:40]}")
        if op in ("money", "quantity", "date", "number", "text"):
            return self.literal(op, inner, path)
        if op == "in":
            return self.membership(inner, path, depth)
        several = op in (*COMPARE, *ARITHMETIC, "has", "all", "any", "age_on", "days_between", "months_between")
        if several and not isinstance(inner, list | tuple):
            bad(path, f"“{op}”后面要写一个列表", f"例如 {op}: [甲, 乙]", "expected a list")
        # One operand may be written bare or as a list of one.
        parts = inner if several or (isinstance(inner, list | tuple) and len(inner) == 1) else [inner]
        args = tuple(self.read(part, f"{path}/{i}" if several else path, depth + 1) for i, part in enumerate(parts))
        return self.typed(op, args, path)

    def literal(self, op: str, inner: Any, path: str) -> Expr:
        if op == "text":
            if isinstance(inner, str):
                return Expr("const", value=inner, kind="text")
            bad(path, "text 后面要写文字", "text: 文字", "expected text")
        if op == "number":
            return self.constant_number(inner, path)
        if op == "date":
            return as_date(Expr("const", value=str(inner), kind="text"), path)
        unit = "yuan"
        if op == "quantity":
            if not isinstance(inner, list | tuple) or len(inner) != 2 or inner[1] not in UNITS:
                bad(path, "数量要写成 [数, 单位]", f"单位可用:{'、'.join(UNITS)}", "bad quantity")
            inner, unit = inner
        n = in_base_units(inner, unit)
        if n is None:
            bad(path, "这个数太大或不是数", '写普通的十进制数,例如 money: "1510.00"', "number out of bounds")
        return Expr("const", value=format(n, "f"), kind=f"q:{UNITS[unit][0]}", unit=unit)

    def membership(self, inner: Any, path: str, depth: int) -> Expr:
        if not (isinstance(inner, list | tuple) and len(inner) == 2 and isinstance(inner[1], list | tuple)):
            bad(path, "in 要写成 [甲, [可选值…]]", "例如 in: [$housing, [rent, own]]", "bad in")
        left = self.read(inner[0], f"{path}/0", depth + 1)
        options = [self.read(one, f"{path}/1/{i}", depth + 2) for i, one in enumerate(inner[1])]
        if not options:
            bad(path, "in 的可选值是空的", "至少写一个可选值", "empty list")
        # A multichoice "in" a list would be read in two ways; "has" says which is meant.
        checked = tuple(rule("eq", (left, one), f"{path}/1/{i}").args[1] for i, one in enumerate(options))
        self.choices(left, checked, path)
        return Expr("in", (left, *checked))

    def typed(self, op: str, args: tuple[Expr, ...], path: str) -> Expr:
        if op in ("eq", "ne", "has") and len(args) == 2:
            self.choices(args[0], args[1:], path)
        return rule(op, args, path)

    def choices(self, left: Expr, options: tuple[Expr, ...], path: str) -> None:
        element = self.elements.get(left.value) if left.op == "answer" else None
        codes = [choice.code for choice in element.choices] if element else []
        for one in options:
            if codes and one.op == "const" and one.value not in codes:
                bad(path, f"“{left.value}”没有选项“{one.value}”", f"可选:{'、'.join(codes)}", "unknown choice")


def _reference(element: Element, path: str) -> Expr:
    kind = {"integer": "number", "number": "number", "money": "q:money", "multichoice": "set"}.get(element.type, "text")
    if element.type in ("boolean", "date"):
        kind = element.type
    if element.type == "quantity":
        if element.unit not in UNITS:
            bad(path, f"数据元“{element.code}”的单位“{element.unit}”不认识", f"可用:{'、'.join(UNITS)}", "bad unit")
        kind = f"q:{UNITS[element.unit][0]}"
    return Expr("answer", value=element.code, kind=kind, source=element.type, unit=element.unit)
