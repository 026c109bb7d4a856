"""The tree of a condition and its typing rules: what may be compared, added and asked. A tree that passed these rules
evaluates without raising, so a wrong condition is found when the catalog is published and never at a counter."""

from datetime import date
from typing import NoReturn

import msgspec

from tongban.domain.refusals import Refused

MAX_DEPTH = 20
MAX_NODES = 500

COMPARE = ("eq", "ne", "lt", "le", "gt", "ge")
ARITHMETIC = ("plus", "minus", "times", "divide")
DURATIONS = ("years", "months", "days")
OPERATORS = (
    *COMPARE, "in", "has", "known", "all", "any", "not", *ARITHMETIC, *DURATIONS,
    "age_on", "age", "days_between", "months_between", "count", "money", "quantity", "date", "number", "text",
)  # fmt: skip

# What an operand is. Quantities are "q:<dimension>"; money is a quantity too, so yuan and wan_yuan meet.
KINDS = {
    "boolean": "是/否", "text": "文字", "date": "日期", "number": "数", "set": "多选", "duration": "时长",
    "q:money": "金额", "q:area": "面积", "q:months": "年月数", "q:days": "天数", "q:length": "长度",
}  # fmt: skip


class Expr(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """One node. ``op`` is an operator, ``answer``, ``today`` or ``const``; ``value`` the element code or the constant
    (quantities in base units); ``kind`` a key of KINDS; ``source`` and ``unit`` tell how to read an answer.
    """

    op: str
    args: tuple["Expr", ...] = ()
    value: str = ""
    kind: str = "boolean"
    source: str = ""
    unit: str = ""

    def elements(self) -> tuple[str, ...]:
        """The element codes that the tree asks for, each once, in order."""
        own = (self.value,) if self.op == "answer" else ()
        return tuple(dict.fromkeys(own + tuple(code for arg in self.args for code in arg.elements())))


TRUE = Expr("const", value="true")


def bad(path: str, what: str, mend: str, en: str) -> NoReturn:
    """Refuse a condition: where, what, how to mend it."""
    raise Refused("catalog.expression", f"{what}。改法:{mend}", f"condition: {en}", pointer=path)


def kind_name(kind: str) -> str:
    """The everyday word for a kind of operand."""
    return KINDS.get(kind, kind.removeprefix("q:"))


def as_date(expr: Expr, path: str) -> Expr:
    """A quoted date beside a date is meant as a date."""
    if expr.op != "const" or expr.kind != "text":
        return expr
    try:
        return Expr("const", value=date.fromisoformat(expr.value).isoformat(), kind="date")
    except ValueError:
        return bad(path, f"“{expr.value[:40]}”不是日期", "写成 2026-01-31 的样子", "not a date")


def rule(op: str, args: tuple[Expr, ...], path: str) -> Expr:
    """Apply the typing rule of ``op`` to its operands; returns the typed node or raises Refused."""
    if op in COMPARE:
        return _compare(op, args, path)
    if op in ARITHMETIC:
        return _arithmetic(op, args, path)
    if op in ("all", "any"):
        _want(args, "boolean", path, op)
        return Expr(op, args)
    if op == "not":
        _count(args, 1, path, op)
        _want(args, "boolean", path, op)
        return Expr(op, args)
    if op == "known":
        _count(args, 1, path, op)
        if args[0].op != "answer":
            bad(path, "known 只能问一个数据元填了没有", "known: $数据元", "known needs an element")
        return Expr(op, args)
    if op in ("has", "count"):
        return _set(op, args, path)
    if op in DURATIONS:
        _count(args, 1, path, op)
        _want(args, "number", path, op)
        return Expr(op, args, kind="duration")
    # age, age_on, days_between, months_between: dates in, a whole number out
    _count(args, 1 if op == "age" else 2, path, op)
    args = tuple(as_date(arg, path) for arg in args)
    _want(args, "date", path, op)
    return Expr(op, args, kind="number")


def _count(args: tuple[Expr, ...], n: int, path: str, op: str) -> None:
    if len(args) != n:
        bad(path, f"“{op}”要 {n} 个内容,写了 {len(args)} 个", "补上或去掉多余的", f"{op} takes {n}")


def _want(args: tuple[Expr, ...], kind: str, path: str, op: str) -> None:
    for i, arg in enumerate(args):
        if arg.kind != kind:
            what = f"“{op}”的第 {i + 1} 个内容是{kind_name(arg.kind)},这里要{kind_name(kind)}"
            bad(path, what, "换成合适的数据元或值", f"{op} needs {kind}")


def _compare(op: str, args: tuple[Expr, ...], path: str) -> Expr:
    _count(args, 2, path, op)
    left, right = args
    if left.kind == "date":
        right = as_date(right, path)
    elif right.kind == "date":
        left = as_date(left, path)
    if left.kind != right.kind:
        mend = '金额写 {money: "1510.00"},面积等写 {quantity: [40, m2]},日期写 2026-01-31'
        bad(path, f"{kind_name(left.kind)}不能和{kind_name(right.kind)}比较", mend, "kinds differ")
    ordered = op not in ("eq", "ne")
    if left.kind in ("duration", "set") or (ordered and left.kind in ("boolean", "text")):
        bad(path, f"{kind_name(left.kind)}不能用“{op}”比较", "多选用 has,文字用 eq 或 in", f"{op} on {left.kind}")
    return Expr(op, (left, right))


def _set(op: str, args: tuple[Expr, ...], path: str) -> Expr:
    _count(args, 1 if op == "count" else 2, path, op)
    _want(args[:1], "set", path, op)
    if op == "count":
        return Expr(op, args, kind="number")
    _want(args[1:], "text", path, op)
    return Expr(op, args)


def _arithmetic(op: str, args: tuple[Expr, ...], path: str) -> Expr:
    if not 2 <= len(args) <= 10 or (op in ("minus", "divide") and len(args) != 2):
        bad(path, f"“{op}”的内容个数不对", f"{op}: [甲, 乙]", f"{op} arity")
    kind = args[0].kind
    for arg in args[1:]:
        kind = _result(op, kind, arg.kind) or bad(
            path, f"“{op}”不能用在{kind_name(kind)}和{kind_name(arg.kind)}上", "两边用同一种量", "dimensions"
        )
    return Expr(op, args, kind=kind)


def _result(op: str, left: str, right: str) -> str:
    """The kind of ``left op right``; empty when it makes no sense."""
    if left.startswith("q:") or right.startswith("q:"):
        if op in ("plus", "minus"):
            return left if left == right else ""
        if op == "times":
            return left if right == "number" else right if left == "number" else ""
        return "number" if left == right else left if right == "number" else ""
    if left == right == "number":
        return "number"
    if op in ("plus", "minus") and left == right == "duration":
        return "duration"
    if op in ("plus", "minus") and left == "date" and right == "duration":
        return "date"
    return "date" if op == "plus" and left == "duration" and right == "date" else ""
