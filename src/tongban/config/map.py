"""Draws the map of the house into docs/floors.md and the picture into both READMEs, from what cannot go stale: the import
contract in pyproject.toml, the folders, and the first paragraph of every module. Run it as ``python -m tongban.config.map``
after adding, moving or renaming a file; a test refuses a map that is out of date."""

import ast
import itertools
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tongban.config.settings.base import ROOT
from tongban.domain.text import Text

SOURCE = ROOT / "src" / "tongban"
BEGIN, END = "<!-- map: begin (python -m tongban.config.map writes this part) -->", "<!-- map: end -->"

FLOORS: dict[str, Text] = {
    "config": Text("屋顶:设置、接线、地址、命令", "the roof: settings, wiring, addresses, commands"),
    "channels": Text("渠道:对人和机器说话", "speak, to people and to machines"),
    "reads": Text("查看:每屏一个文件", "show: one file per screenful"),
    "flows": Text("办理:唯一的写入者", "act: the only writers"),
    "connectors": Text("连接:向部门提问", "ask the departments"),
    "exchange": Text("收发室:节点之间的信件", "carry letters between nodes"),
    "registers": Text("登记:记住一切", "remember"),
    "plumbing": Text("管道:时钟、事务、审计、密钥、文件", "clock, transactions, audit, keys, files"),
    "domain": Text("规则:只有它作决定", "the rulebook: decides"),
    "simulated": Text("模拟的部门(在屋外)", "pretended departments, outside the house"),
}
# What Django asks every app for; it says nothing about the house.
_SILENT = {"apps.py", "__init__.py"}


def layers() -> list[list[str]]:
    """The floors from top to bottom, those on one floor together, as the import contract has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = next(c for c in contracts if c["name"] == "floors")
    return [[room.strip() for room in row.split("|")] for row in floors["layers"]]


def contracts() -> list[tuple[str, str]]:
    """Every import contract: its name, and the sentence that stands above it."""
    text = (ROOT / "pyproject.toml").read_text()
    found = re.findall(r'((?:^# .*\n)*)^\[\[tool\.importlinter\.contracts\]\]\nname = "(.*)"', text, re.MULTILINE)
    return [(name, " ".join(line.removeprefix("# ") for line in why.splitlines())) for why, name in found]


def about(path: Path) -> str:
    """The first paragraph of a module's docstring on one line; empty when it has none."""
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return " ".join(text.split("\n\n")[0].split())


def rooms(floor: str) -> list[str]:
    """The folders of a floor that hold code, in order."""
    return sorted(p.parent.name for p in (SOURCE / floor).glob("*/__init__.py") if p.parent.name != "migrations")


def modules(folder: Path) -> Iterator[Path]:
    """The files of a floor: first those that lie on it, then room by room."""
    own = [p for p in sorted(folder.glob("*.py")) if p.name not in _SILENT]
    yield from own
    for sub in sorted(p for p in folder.iterdir() if (p / "__init__.py").exists() and p.name != "migrations"):
        yield from modules(sub)


def picture(language: str) -> str:
    """The house as a mermaid drawing, in ``zh`` or ``en``."""
    city = Text("cities/shanghai:城市数据,没有代码", "cities/shanghai: the city as dated data, no code")
    lines = ["```mermaid", "flowchart TB"]
    stairs = layers()
    for floor in (room for row in stairs for room in row):
        inside = rooms(floor)
        names = f"<br/><i>{' · '.join(inside)}</i>" if inside else ""
        lines.append(f'  {floor}["<b>{floor}</b><br/>{FLOORS[floor].in_language(language)}{names}"]')
    for above, below in itertools.pairwise(stairs):
        lines.append(f"  {' & '.join(above)} --> {' & '.join(below)}")
    lines.append(f'  simulated(["<b>simulated</b><br/>{FLOORS["simulated"].in_language(language)}"])')
    lines.append(f'  city[("{city.in_language(language)}")]')
    lines += ["  connectors -. HTTP .-> simulated", "  city -. YAML .-> registers", "```"]
    return "\n".join(lines)


def floors() -> str:
    """The generated part of docs/floors.md."""
    parts = [picture("en"), "", "## What the machine checks", ""]
    parts += [f"* **{name}.** {why}" for name, why in contracts()]
    for row in [*layers(), ["simulated"]]:
        for floor in row:
            parts += ["", f"## {floor}", "", about(SOURCE / floor / "__init__.py"), ""]
            parts += ["| file | why it exists |", "|---|---|"]
            for path in modules(SOURCE / floor):
                name = path.relative_to(SOURCE / floor).as_posix()
                shown = about(path).replace("|", "\\|")
                parts.append(f"| [{name}](../{path.relative_to(ROOT).as_posix()}) | {shown} |")
    return "\n".join(parts)


def parts() -> dict[Path, str]:
    """Every file that carries a generated part, and that part."""
    return {
        ROOT / "docs" / "floors.md": floors(),
        ROOT / "README.md": picture("en"),
        ROOT / "README.zh-CN.md": picture("zh"),
    }


def put(text: str, part: str) -> str:
    """``text`` with ``part`` between its marks; ValueError when the marks are not there exactly once."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError("the marks of the map are missing or stand there twice")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{part}\n{END}{rest.partition(END)[2]}"


def main() -> int:
    """Write what changed, and say so."""
    for path, part in parts().items():
        old = path.read_text()
        new = put(old, part)
        if new != old:
            path.write_text(new)
        print(f"{path.relative_to(ROOT)}: {'written' if new != old else 'as it should be'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
