"""The map in docs/floors.md and the pictures in the READMEs are what the code says today."""

import pytest

from tongban.config import map as house
from tongban.config.settings.base import ROOT

MEND = "run `uv run python -m tongban.config.map` and commit what it writes"


@pytest.mark.parametrize("path", house.parts(), ids=lambda path: path.name)
def test_the_generated_part_is_current(path):
    text = path.read_text()
    assert house.put(text, house.parts()[path]) == text, MEND


def test_every_floor_of_the_contract_is_described_and_no_other():
    on_the_map = {room for row in house.layers() for room in row} | {"simulated"}
    assert on_the_map == set(house.FLOORS)
    assert on_the_map == {p.parent.name for p in house.SOURCE.glob("*/__init__.py")}


def test_every_contract_says_why():
    assert len(house.contracts()) > 5
    assert [name for name, why in house.contracts() if len(why) < 20] == []


def test_every_module_says_why_it_exists():
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in sorted(house.SOURCE.rglob("*.py"))
        if "migrations" not in path.parts and len(house.about(path)) < 20
    ]
    assert silent == [], "a docstring at the top of the file says why the file exists; the map is made of these"


def test_a_changed_docstring_changes_the_map():
    line = house.about(house.SOURCE / "domain" / "case.py")
    assert line in house.floors()
    assert house.put(f"a\n{house.BEGIN}\nold\n{house.END}\nb", "new") == f"a\n{house.BEGIN}\nnew\n{house.END}\nb"
    with pytest.raises(ValueError, match="marks"):
        house.put("no marks here", "new")
