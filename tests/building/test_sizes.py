"""Rooms stay liveable: a file that no longer fits in a head is two files."""

from tests.building.source import files, functions, name

FILE_LINES, FUNCTION_LINES = 400, 60


def test_no_file_is_too_long() -> None:
    long = {name(p): n for p in files() if (n := len(p.read_text(encoding="utf-8").splitlines())) > FILE_LINES}
    assert not long, f"over {FILE_LINES} lines, split by task: {long}"


def test_no_function_is_too_long() -> None:
    long = {
        f"{name(p)}:{f.lineno} {f.name}": n
        for p in files()
        for f in functions(p)
        if f.end_lineno and (n := f.end_lineno - f.lineno + 1) > FUNCTION_LINES
    }
    assert not long, f"over {FUNCTION_LINES} lines: {long}"
