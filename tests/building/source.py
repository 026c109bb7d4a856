"""The house as text: its Python files read once, with their trees, for the guards of this folder."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "tongban"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files(migrations: bool = False) -> tuple[Path, ...]:
    """Every Python file of the program; generated migrations only when asked for."""
    return tuple(p for p in sorted(SRC.rglob("*.py")) if migrations or "migrations" not in p.parts)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    """How a file is named in a message."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[Function]:
    """All functions of a file, nested ones and methods too."""
    return (n for n in ast.walk(tree(path)) if isinstance(n, Function))


def public_functions(path: Path) -> Iterator[Function]:
    """The functions that a module offers to others."""
    return (n for n in tree(path).body if isinstance(n, Function) and not n.name.startswith("_"))


def decorators(function: Function) -> dict[str, ast.expr]:
    """Decorators by their bare name."""
    found = {}
    for d in function.decorator_list:
        called = d.func if isinstance(d, ast.Call) else d
        found[called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)] = d
    return found


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git knows, and those waiting to be added."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )  # fmt: skip
    return tuple(p for p in (ROOT / n for n in listed.stdout.decode().split("\0") if n) if p.is_file())
