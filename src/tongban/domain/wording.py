"""Says a condition in everyday words, for guides, refusals and the comparison of two versions; the tree stays the truth."""

from collections.abc import Mapping
from decimal import Decimal

from tongban.domain.element import UNITS, Element
from tongban.domain.expression import Expr
from tongban.domain.text import Text

_ZH = {
    "eq": "{0}是{1}", "ne": "{0}不是{1}", "lt": "{0}小于{1}", "le": "{0}不超过{1}", "gt": "{0}大于{1}", "ge": "{0}不小于{1}",
    "has": "{0}包含{1}", "known": "已填写{0}", "not": "并非({0})", "plus": "{0}加{1}", "minus": "{0}减{1}",
    "times": "{0}乘{1}", "divide": "{0}除以{1}", "years": "{0}年", "months": "{0}个月", "days": "{0}天",
    "age": "按{0}算的周岁", "age_on": "按{0}到{1}的周岁", "days_between": "{0}到{1}的天数",
    "months_between": "{0}到{1}的满月数", "count": "{0}的个数",
}  # fmt: skip
_EN = {
    "eq": "{0} is {1}", "ne": "{0} is not {1}", "lt": "{0} is below {1}", "le": "{0} is at most {1}",
    "gt": "{0} is above {1}", "ge": "{0} is at least {1}", "has": "{0} contains {1}", "known": "{0} is given",
    "not": "not ({0})", "plus": "{0} plus {1}", "minus": "{0} minus {1}", "times": "{0} times {1}",
    "divide": "{0} divided by {1}", "years": "{0} years", "months": "{0} months", "days": "{0} days",
    "age": "age by {0}", "age_on": "age by {0} on {1}", "days_between": "days from {0} to {1}",
    "months_between": "whole months from {0} to {1}", "count": "number of {0}",
}  # fmt: skip
UNIT_NAMES = {
    "m2": Text("平方米", "m²"), "mu": Text("亩", "mu"), "ha": Text("公顷", "ha"), "km2": Text("平方公里", "km²"), "m": Text("米", "m"),
    "km": Text("公里", "km"), "kg": Text("公斤", "kg"), "day": Text("天", "days"), "week": Text("周", "weeks"),
    "month": Text("个月", "months"), "year": Text("年", "years"), "yuan": Text("元", "yuan"),
    "wan_yuan": Text("万元", "10,000 yuan"), "person": Text("人", "persons"), "times": Text("次", "times"),
    "hour": Text("小时", "hours"),
}  # fmt: skip
"""Each unit of element.UNITS as people say it."""
_ENDLESS = {"plus", "times"}


def describe(expr: Expr, elements: Mapping[str, Element]) -> Text:
    """The condition as a sentence in both languages; unknown elements appear by code."""
    return Text(_say(expr, elements, "zh"), _say(expr, elements, "en"))


def _say(expr: Expr, elements: Mapping[str, Element], language: str) -> str:
    english = language == "en"
    if expr.op == "today":
        return "today" if english else "今天"
    if expr.op == "answer":
        element = elements.get(expr.value)
        return f"“{element.name.in_language(language)}”" if element else f"“{expr.value}”"
    if expr.op == "const":
        return _constant(expr, english)
    parts = [_operand(expr, arg, elements, language) for arg in expr.args]
    if expr.op in ("all", "any"):
        word = (" and " if english else ",且") if expr.op == "all" else (" or " if english else ",或")
        inner = (f"({p})" if a.op in ("all", "any") else p for a, p in zip(expr.args, parts, strict=True))
        return word.join(inner) or _constant(Expr("const", value=str(expr.op == "all").lower()), english)
    if expr.op == "in":
        return f"{parts[0]} is one of {', '.join(parts[1:])}" if english else f"{parts[0]}是{'、'.join(parts[1:])}之一"
    pattern = (_EN if english else _ZH)[expr.op]
    text = parts[0]
    if len(parts) == 1:
        return pattern.format(text)
    for part in parts[1:] if expr.op in _ENDLESS else parts[1:2]:
        text = pattern.format(text, part)
    return text


def _operand(parent: Expr, arg: Expr, elements: Mapping[str, Element], language: str) -> str:
    """A choice is said by its name when its sibling tells which element it belongs to."""
    if arg.op == "const" and arg.kind == "text":
        for sibling in parent.args:
            element = elements.get(sibling.value) if sibling.op == "answer" else None
            for choice in element.choices if element else ():
                if choice.code == arg.value:
                    return choice.name.in_language(language)
    return _say(arg, elements, language)


def _constant(expr: Expr, english: bool) -> str:
    if expr.kind == "boolean":
        yes = expr.value == "true"
        return ("yes" if yes else "no") if english else ("是" if yes else "否")
    if expr.kind.startswith("q:") and expr.unit in UNITS:
        value = Decimal(expr.value) / UNITS[expr.unit][1]
        shown = format(value.quantize(Decimal("0.0001")).normalize(), "f")
        unit = UNIT_NAMES[expr.unit]
        return f"{shown} {unit.en}" if english else f"{shown}{unit.zh}"
    return expr.value
