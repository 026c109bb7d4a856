"""A situation is what is known about a person today (answers). Conditions are evaluated over it in three values: true,
false, unknown; the outcome names the leaves that decided it, so that a no always says why and an unknown what to ask."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from decimal import Context, Decimal, DecimalException
from typing import Any

import msgspec

from tongban.domain.condition import parse
from tongban.domain.element import Answers, read_answer
from tongban.domain.expression import DURATIONS, Expr

__all__ = ["Because", "Outcome", "evaluate", "parse", "weigh"]

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
    value = situation.test(expr)
    return Outcome(value, tuple(dict.fromkeys(situation.because(expr, value))) if value is not True else ())


def weigh(exprs: Iterable[Expr], answers: Answers, today: date, pending: Collection[str] = ()) -> list[bool | None]:
    """What many conditions come to over one situation, without the reasons; each answer is read once. ``pending`` are elements
    that will have a value although they have none today: whether they are known is unknown."""
    situation = _Situation(answers, today, pending)
    return [situation.test(expr) for expr in exprs]


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
    """Answers and a day; evaluates tests and values over them."""

    def __init__(self, answers: Answers, today: date, pending: Collection[str] = ()) -> None:
        self.answers = answers
        self.today = today
        self.pending = pending
        self.seen: dict[tuple[str, str, str], Any] = {}

    def test(self, expr: Expr) -> bool | None:
        op = expr.op
        if op in ("all", "any"):
            deciding = op == "any"
            values = [self.test(arg) for arg in expr.args]
            return deciding if deciding in values else None if None in values else not deciding
        if op == "not":
            inner = self.test(expr.args[0])
            return None if inner is None else not inner
        if op == "known":
            inside = expr.args[0]
            known = self.value(inside) is not None
            return None if not known and self.pending and inside.value in self.pending else known
        if op in ("const", "answer"):
            value = self.value(expr)
            return value if isinstance(value, bool) else None
        return self.compare(op, [self.value(arg) for arg in expr.args])

    def compare(self, op: str, values: list[Any]) -> bool | None:
        if op == "in":
            left, *options = values
            if left is None:
                return None
            return True if left in options else None if None in options else False
        if None in values:
            return None
        left, right = values
        try:
            return bool(_TESTS[op](left, right))
        except (TypeError, KeyError, ArithmeticError):
            return None

    def value(self, expr: Expr) -> Any:
        """The value of an operand; None when unknown. Durations are (months, days)."""
        op = expr.op
        if op == "today":
            return self.today
        if op == "const":
            exact = expr.kind == "number" or expr.kind.startswith("q:")
            return Decimal(expr.value) if exact else read_answer(expr.kind, "", expr.value)
        if op == "answer":
            key = (expr.value, expr.source, expr.unit)
            if key not in self.seen:
                self.seen[key] = read_answer(expr.source, expr.unit, self.answers.get(expr.value))
            return self.seen[key]
        if expr.kind == "boolean":
            return self.test(expr)
        values = [self.value(arg) for arg in expr.args]
        if None in values:
            return None
        try:
            return self.compute(op, values)
        except (ArithmeticError, DecimalException, ValueError, TypeError, OverflowError):
            return None

    def compute(self, op: str, values: list[Any]) -> Any:
        if op in DURATIONS:
            n = int(values[0])
            return (n * 12, 0) if op == "years" else (n, 0) if op == "months" else (0, n)
        if op == "age":
            return Decimal(whole_months(values[0], self.today) // 12)
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

    def because(self, expr: Expr, value: bool | None) -> list[Because]:
        """The leaves that made ``expr`` come to ``value``."""
        if expr.op in ("all", "any"):
            pairs = [(arg, self.test(arg)) for arg in expr.args]
            return [leaf for arg, v in pairs if v is value for leaf in self.because(arg, v)]
        if expr.op == "not":
            return self.because(expr.args[0], None if value is None else not value)
        missing = tuple(code for code in expr.elements() if self.value(self.leaf(expr, code)) is None)
        return [Because(expr, value, missing)]

    def leaf(self, expr: Expr, code: str) -> Expr:
        if expr.op == "answer" and expr.value == code:
            return expr
        return next(self.leaf(arg, code) for arg in expr.args if code in arg.elements())


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
