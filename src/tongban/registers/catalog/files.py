"""Reads the city's YAML files. Whoever may write a file of the catalog can still neither run anything, nor make the
loader hang or grow: no aliases, no tags, bounded size, depth and number of nodes; a key twice is an error. YAML 1.2 words
(``off`` is text, 08:30 is text, 007 is text), so that a calendar or a phone number means what it says."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 100_000
MAX_FILES = 3_000
MAX_SCALAR = 20_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[+-]?(0|[1-9][0-9]{0,29})", re.ASCII)
_FLOAT = re.compile(r"[+-]?(0|[1-9][0-9]{0,29})\.[0-9]{1,30}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WORDS = {"true": True, "false": False, "True": True, "False": False, "null": None, "~": None, "": None, "Null": None}


class Note(msgspec.Struct, frozen=True, order=True):
    """One message about a file: where (file, line, path inside), what is wrong, how to mend it. Line 0 = whole file."""

    file: str
    line: int
    path: str
    what: str
    mend: str
    severity: str = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.path} {self.what}。改法:{self.mend}".replace("  ", " ")


class BadFile(Exception):
    """The file cannot be read at all; carries the one Note that says why."""

    def __init__(self, note: Note) -> None:
        super().__init__(str(note))
        self.note = note


class Document(NamedTuple):
    """A file read: its name as shown, its data, and the line of each JSON pointer."""

    file: str
    data: Any
    lines: dict[str, int]

    def note(self, path: str, what: str, mend: str, severity: str = "error") -> Note:
        """A Note about a place of this file; the nearest known line is used."""
        at = path
        while at and at not in self.lines:
            at = at.rpartition("/")[0]
        return Note(self.file, self.lines.get(at, 0), path, what, mend, severity)


def read_file(path: Path, shown: str) -> Document:
    """Read one YAML file; raises BadFile."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadFile(Note(shown, 0, "", f"读不到文件({error.strerror})", "检查文件名和权限")) from None
    return read_text(content, shown)


def read_text(content: bytes, shown: str) -> Document:
    """Read YAML from bytes; raises BadFile."""
    if len(content) > MAX_BYTES:
        raise BadFile(Note(shown, 0, "", f"文件超过 {MAX_BYTES // 1000} kB", "拆成几个文件"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadFile(Note(shown, line, "", "文件不是 UTF-8 编码", "用 UTF-8 另存")) from None
    try:
        return _Tree(shown).build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        what = f"YAML 写法有误({error.problem or error.context})"
        raise BadFile(Note(shown, line, "", what, "检查这一行和上一行的缩进、冒号后的空格、引号和括号")) from None
    except yaml.YAMLError as error:
        what = str(error).splitlines()[0][:120]
        raise BadFile(Note(shown, 0, "", f"文件里有不允许的字符({what})", "去掉控制字符后再存")) from None


class _Tree:
    """Builds plain data from the parser's events, so that nothing can be constructed but what is written here."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.lines: dict[str, int] = {}
        self.root: Any = None
        # (container, pointer, pending key) of every open list or mapping
        self.open: list[list[Any]] = []
        self.nodes = 0

    def build(self, text: str) -> Document:
        documents = 0
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(line, "一个文件里有两份文档(---)", "只留一份")
            elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self.refuse(line, "不允许使用锚点和别名(& 和 *)", "把内容直接写出来")
            elif isinstance(event, yaml.NodeEvent):
                self.node(event, line)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.open.pop()
        return Document(self.shown, self.root, self.lines)

    def refuse(self, line: int, what: str, mend: str, path: str = "") -> None:
        raise BadFile(Note(self.shown, line, path, what, mend))

    def node(self, event: Any, line: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(self.open) >= MAX_DEPTH:
            self.refuse(line, f"内容太多或嵌套太深(最多 {MAX_NODES} 项、{MAX_DEPTH} 层)", "拆成几个文件")
        if event.tag is not None:
            self.refuse(line, f"不允许使用类型标记({event.tag[:40]})", "去掉 ! 开头的标记")
        if isinstance(event, yaml.MappingStartEvent):
            value: Any = {}
        elif isinstance(event, yaml.SequenceStartEvent):
            value = []
        else:
            value = self.scalar(event, line)
        pointer = self.place(value, event, line)
        if pointer is not None and isinstance(value, dict | list):
            self.open.append([value, pointer, None])

    def place(self, value: Any, event: Any, line: int) -> str | None:
        """Put the value where it belongs; returns its pointer, or None when it was a key."""
        if not self.open:
            self.root = value
            self.lines[""] = line
            return ""
        frame = self.open[-1]
        container, pointer, key = frame
        if isinstance(container, list):
            here = f"{pointer}/{len(container)}"
            container.append(value)
        elif key is None:
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(line, "冒号前面只能是一个词", "键写成普通文字", pointer)
            if event.value in container:
                self.refuse(line, f"“{event.value[:40]}”写了两次", "只留一处", pointer)
            frame[2] = event.value
            return None
        else:
            here = f"{pointer}/{key}"
            container[key] = value
            frame[2] = None
        self.lines[here] = line
        return here

    def scalar(self, event: Any, line: int) -> Any:
        text: str = event.value
        if len(text) > MAX_SCALAR:
            self.refuse(line, f"一段文字超过 {MAX_SCALAR} 字", "缩短")
        if not event.implicit[0]:
            # Quoted: text, whatever it looks like.
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return Decimal(text)
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.refuse(line, f"没有“{text}”这一天", "写真实的日期")
        return text
