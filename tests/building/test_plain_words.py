"""What clerks and residents read says where a thing is as people would: the system of a district, never a “node” (节点). That word is
for whoever runs the machines: the console, the mail room and the command line."""

import ast
import re
from pathlib import Path

import msgspec
import yaml

from tests.building.source import ROOT, SRC, files, name, tree

# Rooms whose words are read at the console or by whoever runs a node.
BEHIND = {
    "channels/console": "the console is where nodes are overseen",
    "channels/openapi/exchange.py": "how nodes are overseen by a program",
    "config": "the command line",
    "exchange": "the health of a node and its mail room",
    "simulated": "no part of the house",
    "flows/mend.py": "letters that could not be opened, at the console",
    "reads/parked.py": "letters that could not be applied, at the console",
    "domain/nodes.py": "what is wrong with a layout, told by the check of nodes.yaml",
}
# Acts of machines among themselves: only the audit page of the console names them.
MACHINES = ("letters.", "catalog.")
SAYS = {"Text", "Refused", "Conflict", "NotFound", "NotAllowed", "say", "Problem"}
NODE = re.compile(r"节点|\bnodes?\b", re.IGNORECASE)
SPOKEN = re.compile(r"\{% (?:t|empty|pill|panel|page_header|refusal) [^%]*%\}")


def _behind(path: Path) -> bool:
    inside = path.relative_to(SRC).as_posix()
    return any(inside == room or inside.startswith(room + "/") for room in BEHIND)


def _words(call: ast.Call) -> str:
    """The words of a call, those of f-strings without what is put into them."""
    parts = (leaf for arg in call.args for leaf in ast.walk(arg) if not isinstance(arg, ast.Call))
    return "\n".join(leaf.value for leaf in parts if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str))


def _said(module: ast.Module) -> list[str]:
    """What a module says to people, by the calls that say it; in a table of acts, what machines do is left out."""
    machines = {
        id(value)
        for table in ast.walk(module)
        if isinstance(table, ast.Dict)
        for key, value in zip(table.keys, table.values, strict=True)
        if isinstance(key, ast.Constant) and str(key.value).startswith(MACHINES)
    }
    return [
        _words(call)
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in SAYS and id(call) not in machines
    ]


def _spoken(template: str) -> list[str]:
    return SPOKEN.findall(template)


def test_no_program_tells_people_of_nodes() -> None:
    told = {name(p): w for p in files() if not _behind(p) for w in _said(tree(p)) if NODE.search(_without_codes(w))}
    assert not told, f"say whose system it is (普陀区系统, “where the case is held”): {told}"
    # Chinese that is not in such a call is told to people too.
    chinese = {
        name(p): leaf.value
        for p in files()
        if not _behind(p) and not p.match("reads/acts.py")
        for leaf in ast.walk(tree(p))
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and "节点" in leaf.value
    }
    assert not chinese


def _without_codes(words: str) -> str:
    """Without the codes of refusals and pointers, which people do not read: the first word of a call."""
    return "\n".join(line for line in words.splitlines() if not re.fullmatch(r"/?[a-z_.]+", line))


def test_no_page_of_clerks_and_residents_speaks_of_nodes() -> None:
    pages = [p for p in (SRC / "channels").rglob("*.html") if not _behind(p)]
    assert len(pages) > 100
    told = {name(p): [w for w in _spoken(p.read_text("utf-8")) if NODE.search(_names_only(w))] for p in pages}
    assert not {page: words for page, words in told.items() if words}
    assert not [name(p) for p in pages if "节点" in p.read_text("utf-8")]


def _names_only(tag: str) -> str:
    """The quoted words of a tag: variables may be called what they are."""
    return " ".join(re.findall(r'"([^"]*)"', tag))


def test_the_systems_of_a_city_are_called_so() -> None:
    for path in sorted((ROOT / "cities").glob("*/nodes.yaml")):
        layouts = yaml.safe_load(path.read_text("utf-8"))["layouts"]
        names = [node["name"] for layout in layouts.values() for node in layout]
        assert names and not [one for one in names if NODE.search(msgspec.json.encode(one).decode())], name(path)


def test_the_guard_sees_what_it_must() -> None:
    bad = 'raise Refused("draft.away", f"草稿在{x}节点", "It is at the node", node=code)'
    assert [w for w in _said(ast.parse(bad)) if NODE.search(_without_codes(w))]
    assert not [
        w for w in _said(ast.parse('Refused("node.gone", "没有了", "gone", node=1)')) if NODE.search(_without_codes(w))
    ]
    assert not _said(ast.parse('WORDS = {"letters.take": Text("收取节点信件", "Took in letters of a node")}'))
    assert _said(ast.parse('WORDS = {"draft.fetch": Text("取回其他节点的草稿", "x")}'))
    page = '{% t "由{n}持有" "held at the node" n=x.node %} {% if p.node %}'
    assert [w for w in _spoken(page) if NODE.search(_names_only(w))]
    assert not [w for w in _spoken('{% t "由{n}持有" "held at the {n}" n=x.node %}') if NODE.search(_names_only(w))]
