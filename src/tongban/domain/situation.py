"""A situation is what is known about a person today (answers). Conditions are evaluated over it in three values: true,
false, unknown; the outcome names the leaves that decided it, so that a no always says why and an unknown what to ask."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from decimal import Context, Decimal, DecimalException
from functools import lru_cache
from typing import Any

import msgspec

from tongban.domain.condition import parse
from tongban.domain.element import Answers, read_answer
from tongban.domain.expression import DURATIONS, Expr

__all__ = ["Because", "Outcome", "Test", "compiled", "evaluate", "parse", "weigh"]

# Traps stay on: what overflows or divides by zero becomes unknown below. 80 digits hold any product of two operands.
_EXACT = Context(prec=80, Emax=400, Emin=-400)


class Because(msgspec.Struct, frozen=True):
    """A leaf that decided the outcome: the test, its value, and the elements in it that have no usable answer."""

    test: Expr
    value: bool | None
    unanswered: tuple[str, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """What a condition comes to: True, False or None (unknown), and because of which leaves."""

    value: bool | None
    because: tuple[Because, ...] = ()

    @property
    def ask(self) -> tuple[str, ...]:
        """The elements whose answers are missing, each once."""
        return tuple(dict.fromkeys(code for leaf in self.because for code in leaf.unanswered))


def evaluate(expr: Expr, answers: Answers, today: date) -> Outcome:
    """Evaluate a parsed condition. Never raises: a missing, unreadable or overflowing value is unknown."""
    situation = _Situation(answers, today)
    value = compiled(expr)(situation)
    return Outcome(value, tuple(dict.fromkeys(situation.because(expr, value))) if value is not True else ())


def weigh(tests: Iterable["Test"], answers: Answers, today: date, pending: Collection[str] = ()) -> list[bool | None]:
    """What many compiled conditions come to over one situation, without the reasons; each answer is read once. ``pending`` are elements
    that will have a value although they have none today: whether they are known is unknown."""
    situation = _Situation(answers, today, pending)
    return [test(situation) for test in tests]


def add_months(day: date, months: int) -> date:
    """The same day some months on; the last day of the month where there is no such day (民法典 art. 202)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for d in range(day.day, 27, -1):
        try:
            return date(year, month + 1, d)
        except ValueError:
            if not 1 <= year <= 9999:
                raise
    return date(year, month + 1, day.day)


def whole_months(start: date, end: date) -> int:
    """Whole months from start to end, negative when end is earlier."""
    if end < start:
        return -whole_months(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


class _Situation:
    """Answers and a day, each answer read once; compiled tests and values look into it."""

    def __init__(self, answers: Answers, today: date, pending: Collection[str] = ()) -> None:
        self.answers = answers
        self.today = today
        self.pending = pending
        self.seen: dict[tuple[str, str, str], Any] = {}

    def answer(self, key: tuple[str, str, str]) -> Any:
        """The value of an answer (element, type, unit); None when there is none or it cannot be read."""
        if key not in self.seen:
            code, source, unit = key
            self.seen[key] = read_answer(source, unit, self.answers.get(code))
        return self.seen[key]

    def because(self, expr: Expr, value: bool | None) -> list[Because]:
        """The leaves that made ``expr`` come to ``value``."""
        if expr.op in ("all", "any"):
            pairs = [(arg, compiled(arg)(self)) for arg in expr.args]
            return [leaf for arg, v in pairs if v is value for leaf in self.because(arg, v)]
        if expr.op == "not":
            return self.because(expr.args[0], None if value is None else not value)
        missing = tuple(code for code in expr.elements() if _value(_leaf(expr, code))(self) is None)
        return [Because(expr, value, missing)]


Test = Callable[[_Situation], bool | None]
_Value = Callable[[_Situation], Any]


@lru_cache(maxsize=20_000)
def compiled(expr: Expr) -> Test:
    """A condition compiled: what does not depend on the person (which operator, what a constant means) is settled here once.
    Kept by what it says: most conditions of a city are those of its last edition."""
    op = expr.op
    if op in ("all", "any"):
        return _joined(op == "any", tuple(compiled(arg) for arg in expr.args))
    if op == "not":
        inner = compiled(expr.args[0])
        return lambda s: None if (value := inner(s)) is None else not value
    if op == "known":
        return _known(expr.args[0])
    if op == "in":
        return _among(*(_value(arg) for arg in expr.args))
    if op in ("const", "answer"):
        own = _value(expr)
        return lambda s: value if isinstance(value := own(s), bool) else None
    return _compared(_TESTS[op], *(_value(arg) for arg in expr.args))


def _joined(deciding: bool, tests: tuple[Test, ...]) -> Test:
    """``any`` (True decides) or ``all`` (False decides): the first that decides is enough, an unknown one leaves it open."""

    def joined(s: _Situation) -> bool | None:
        found: bool | None = not deciding
        for test in tests:
            value = test(s)
            if value is deciding:
                return deciding
            if value is None:
                found = None
        return found

    return joined


def _known(asked: Expr) -> Test:
    value = _value(asked)

    def known(s: _Situation) -> bool | None:
        if value(s) is not None:
            return True
        return None if asked.value in s.pending else False

    return known


def _among(left: _Value, *options: _Value) -> Test:
    def among(s: _Situation) -> bool | None:
        value = left(s)
        if value is None:
            return None
        values = [option(s) for option in options]
        return True if value in values else None if None in values else False

    return among


def _compared(compare: Callable[[Any, Any], Any], left: _Value, right: _Value) -> Test:
    def compared(s: _Situation) -> bool | None:
        one, other = left(s), right(s)
        if one is None or other is None:
            return None
        try:
            return bool(compare(one, other))
        except (TypeError, ArithmeticError):
            return None

    return compared


def _value(expr: Expr) -> _Value:
    """An operand compiled; its value is None when unknown. Durations are (months, days)."""
    op = expr.op
    if op == "today":
        return lambda s: s.today
    if op == "const":
        exact = expr.kind == "number" or expr.kind.startswith("q:")
        constant = Decimal(expr.value) if exact else read_answer(expr.kind, "", expr.value)
        return lambda s: constant
    if op == "answer":
        key = (expr.value, expr.source, expr.unit)
        return lambda s: s.answer(key)
    if expr.kind == "boolean":
        return compiled(expr)
    args = tuple(_value(arg) for arg in expr.args)

    def computed(s: _Situation) -> Any:
        values = [arg(s) for arg in args]
        if None in values:
            return None
        try:
            return _compute(op, values, s.today)
        except (ArithmeticError, DecimalException, ValueError, TypeError, OverflowError):
            return None

    return computed


def _compute(op: str, values: list[Any], today: date) -> Any:
    if op in DURATIONS:
        n = int(values[0])
        return (n * 12, 0) if op == "years" else (n, 0) if op == "months" else (0, n)
    if op == "age":
        return Decimal(whole_months(values[0], today) // 12)
    if op == "age_on":
        return Decimal(whole_months(*values) // 12)
    if op == "months_between":
        return Decimal(whole_months(*values))
    if op == "days_between":
        return Decimal((values[1] - values[0]).days)
    if op == "count":
        return Decimal(len(values[0]))
    total = values[0]
    for one in values[1:]:
        total = _combine(op, total, one)
    return total


def _leaf(expr: Expr, code: str) -> Expr:
    """The place in a tree that asks for an element."""
    if expr.op == "answer" and expr.value == code:
        return expr
    return next(_leaf(arg, code) for arg in expr.args if code in arg.elements())


def _combine(op: str, left: Any, right: Any) -> Any:
    if isinstance(left, Decimal):
        return getattr(_EXACT, _DECIMAL[op])(left, right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        sign = 1 if op == "plus" else -1
        return (left[0] + sign * right[0], left[1] + sign * right[1])
    if isinstance(left, tuple):
        left, right = right, left
    months, days = right if op == "plus" else (-right[0], -right[1])
    return add_months(left, months) + timedelta(days=days)


_DECIMAL = {"plus": "add", "minus": "subtract", "times": "multiply", "divide": "divide"}
_TESTS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "has": lambda a, b: b in a,
}
