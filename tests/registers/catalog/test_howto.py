"""What the pages for civil servants give to copy works as it stands: every condition can be read, the item, its situation and the
lines for the registries pass the check."""

import re
import shutil
from pathlib import Path

import yaml

from tongban.config.settings.base import CITY_FOLDER, ROOT
from tongban.domain.element import Choice, Element, ElementType
from tongban.domain.expression import OPERATORS
from tongban.domain.situation import parse
from tongban.domain.text import Text
from tongban.registers.catalog import lint, situations
from tongban.registers.catalog.city import load
from tongban.registers.catalog.files import read_text

HOWTO = ROOT / "docs" / "howto"
TYPES: dict[str, ElementType] = {
    "union_member": "boolean", "address": "address", "hukou_kind": "choice", "wishes": "multichoice", "months_insured": "integer",
    "income": "money", "costs": "money", "area": "quantity", "birth_date": "date", "valid_until": "date", "left_on": "date",
    "came_on": "date", "persons": "integer",
}  # fmt: skip
CHOICES = {"hukou_kind": ("shanghai", "other"), "wishes": ("card", "seat")}
ELEMENTS = {
    code: Element(
        code, Text(code), kind, tuple(Choice(one, Text(one)) for one in CHOICES.get(code, ())),
        unit="m2" if kind == "quantity" else "",
    )
    for code, kind in TYPES.items()
}  # fmt: skip


def blocks(name: str) -> list[str]:
    """The YAML of a page."""
    return re.findall(r"```yaml\n(.*?)```", (HOWTO / name).read_text("utf-8"), re.DOTALL)


def test_every_condition_of_the_page_can_be_read_and_none_of_the_language_is_missing() -> None:
    (page,) = blocks("write-a-condition.md")
    for n, raw in enumerate(read_text(page.encode(), "page").data):
        parse(raw, ELEMENTS, f"/{n}")
    words = set(re.findall(r"[a-z_]+", page))
    assert set(OPERATORS) - {"date", "text"} <= words


def test_the_item_its_situation_and_the_lines_for_the_registries_pass_the_check(tmp_path: Path) -> None:
    item, registries, situation = blocks("add-an-item.md")
    folder = tmp_path / "cities" / "shanghai"
    shutil.copytree(CITY_FOLDER, folder)
    (folder / "items" / "minzheng" / "zhucan_ka.yaml").write_text(item, "utf-8")
    (folder / "situations" / "zhucan_ka_howto.yaml").write_text(situation, "utf-8")
    for name, rows in re.findall(r"^# (\w+)\.yaml:.*\n(?:#.*\n)*((?:- .*\n)+)", registries, re.MULTILINE):
        path = folder / f"{name}.yaml"
        added = "".join(f"  {line}\n" for line in rows.splitlines())
        path.write_text(path.read_text("utf-8").rstrip("\n") + "\n" + added, "utf-8")
        assert yaml.safe_load(path.read_text("utf-8"))[name]
    source = load(folder)
    assert source.city is not None
    assert {"shop_area"} <= {one.code for one in source.city.elements} and "lease" in {
        one.code for one in source.city.checks
    }
    notes = [*lint.check(source), *situations.run(source)]
    assert [str(note) for note in notes if note.severity == "error"] == []
