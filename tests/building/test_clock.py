"""One clock: time is a parameter of rules and flows; only plumbing/clock.py reads it. Ruff's TID251 sees imported names; this
sees calls under any name, and the clocks that the list of ruff does not have."""

import ast

from tests.building.source import ROOT, SRC, files, name, tree

CLOCK = SRC / "plumbing" / "clock.py"
# What reads the wall clock, by the last two parts of the call.
READERS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "time.time", "time.localtime",
    "time.gmtime", "dt.now", "dt.today",
}  # fmt: skip
EXEMPT = {
    # A pretended city stands outside the house: it has a clock of its own.
    "src/tongban/simulated": "another house",
    # UUIDv7 carries milliseconds so that indexes grow at their end; nothing is decided by it.
    "src/tongban/plumbing/ids.py": "time_ns in an id",
}


def _called(node: ast.Call) -> str:
    return ".".join(ast.unparse(node.func).split(".")[-2:])


def test_nobody_else_reads_the_clock() -> None:
    found = [
        f"{name(p)}:{n.lineno} {_called(n)}"
        for p in files()
        if p != CLOCK and not any(name(p).startswith(e) for e in EXEMPT)
        for n in ast.walk(tree(p))
        if isinstance(n, ast.Call) and (_called(n) in READERS or ast.unparse(n.func) in ("localtime", "gmtime"))
    ]
    assert not found, f"use tongban.plumbing.clock, or take the time as a parameter: {found}"


def test_rules_and_flows_do_not_even_read_our_clock() -> None:
    found = []
    for room in ("domain", "flows", "registers", "reads"):
        for p in files():
            if not p.is_relative_to(SRC / room):
                continue
            for n in ast.walk(tree(p)):
                if isinstance(n, ast.Call) and _called(n) in ("clock.now", "clock.today"):
                    found.append(f"{name(p)}:{n.lineno}")
    assert not found, f"time is a parameter here: {found}"


def test_ruff_bans_the_clocks_and_signals_too() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for banned in (
        "datetime.datetime.now",
        "datetime.date.today",
        "django.utils.timezone.now",
        "django.db.models.signals",
    ):
        assert f'"{banned}".msg' in settings


def test_exempt_places_still_exist() -> None:
    assert all((ROOT / e).exists() for e in EXEMPT)
