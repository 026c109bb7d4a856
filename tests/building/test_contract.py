"""The floors hold, and the contract that says so covers every room."""

from importlinter.application import use_cases
from importlinter.cli import lint_imports

from tests.building.source import ROOT, SRC, files, name, tree


def test_imports_go_downstairs_only(capsys) -> None:
    assert use_cases and lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == 0, capsys.readouterr().out


def test_every_folder_is_a_room_python_can_see() -> None:
    missing = {name(p.parent) for p in files(migrations=True) if not (p.parent / "__init__.py").exists()}
    for folder in (ROOT / "tests").rglob("*.py"):
        if not (folder.parent / "__init__.py").exists():
            missing.add(name(folder.parent))
    assert not missing, f"no __init__.py, so neither linter nor import contract sees: {sorted(missing)}"


def test_no_room_without_a_name() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "core", "misc", "lib"}
    found = sorted(name(p) for p in SRC.rglob("*") if p.is_dir() and p.name in nameless)
    found += [name(p) for p in files() if p.stem in nameless]
    assert not found, f"these names say nothing about what is inside: {found}"


def test_every_file_says_why_it_exists() -> None:
    import ast

    silent = [name(p) for p in files() if tree(p).body and not ast.get_docstring(tree(p))]
    assert not silent, f"the map of docs/ is made from module docstrings; missing in {silent}"
