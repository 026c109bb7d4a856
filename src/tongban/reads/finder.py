"""Finding an item while a person waits: reads/search.py finds it by whatever was typed; here it gets the words of a counter's screen,
and whether it can be received there. One index in the process, made anew only when what it was made from has changed."""

import datetime as dt
import threading
from collections.abc import Callable, Mapping

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.item import HANDLING_NAMES, HOME_NAMES, SCOPE_NAMES, ItemVersion
from tongban.domain.text import Text
from tongban.reads.everyday import LONGEST, fold
from tongban.reads.search import Entry, ItemIndex, Why
from tongban.registers.catalog import queries as catalog

__all__ = ["LONGEST", "Hit", "find", "fold", "scope_words"]

MATCHED: dict[Why, Text] = {
    "name": Text("名称", "name"),
    "alias": Text("俗称", "everyday name"),
    "pinyin": Text("拼音", "pinyin"),
    "code": Text("编码", "code"),
    "department": Text("部门", "department"),
    "topic": Text("主题", "topic"),
    "similar": Text("读音或写法相近", "similar sound or spelling"),
    "words": Text("相近", "similar words"),
}


class Hit(msgspec.Struct, frozen=True):
    """An item found: what matched (kind and words), and whether and how it can be received here."""

    code: str
    name: Text
    department: Text
    handling: Text
    scope: Text
    here: bool
    why_not: Text
    matched: Text
    words: str


class _Made(msgspec.Struct, frozen=True):
    """An index, and what it was made from and for."""

    edition: tuple[str, dt.date]
    entries: tuple[Entry, ...]
    index: ItemIndex


_made: _Made | None = None
_building = threading.Lock()


def find(actor: Actor, text: str, *, center: str, today: dt.date, most: int = 10) -> tuple[Hit, ...]:
    """The items that ``text`` may mean, best first; nothing for an empty text."""
    actor.must("case.receive")
    hits = _index(today).find(text, most)
    closed = catalog.closed()
    return tuple(_hit(catalog.current(h.code, today), MATCHED[h.why], h.said, closed) for h in hits)


def _index(today: dt.date) -> ItemIndex:
    global _made
    publication = catalog.newest()
    edition = (publication.id.hex if publication else "", today)
    made = _made
    if made is None or made.edition != edition:
        with _building:
            made = _made
            if made is None or made.edition != edition:
                entries = tuple(_entry(v) for v in catalog.listing(today))
                # A new day, or a publication of other things, seldom changes what items are called.
                same = made is not None and made.entries == entries
                made = _made = _Made(edition, entries, made.index if made and same else ItemIndex(entries))
    return made.index


def _entry(version: ItemVersion) -> Entry:
    item = version.item
    department = catalog.departments()[item.department]
    return Entry(
        code=item.code, name=item.name.zh, aliases=tuple(item.aliases), topics=tuple(item.topics), summary=version.summary.zh,
        department=tuple(dict.fromkeys(d for d in (department.short.zh, department.name.zh) if d)),
        receivable=version.receivable, codes=tuple(c for c in (item.catalog_code, item.business_code) if c), english=item.name.en,
    )  # fmt: skip


_WHY: tuple[tuple[Callable[[ItemVersion], bool], Text], ...] = (
    (lambda v: not v.receivable, Text("目前只提供办事指南,不能在窗口收件", "Only a guide; not received at counters")),
    (lambda v: "window" not in v.channels, Text("此事项不在窗口受理", "Not received at counters")),
)


def _hit(version: ItemVersion, matched: Text, said: str, closed: Mapping[str, object]) -> Hit:
    why = next((text for test, text in _WHY if test(version)), Text(""))
    if version.code in closed:
        why = Text("已停止受理", "Closed: it takes no applications now")
    department = catalog.departments()[version.item.department]
    return Hit(
        version.code, version.name, department.short if department.short.zh else department.name,
        HANDLING_NAMES[version.handling], scope_words(version), not why.zh, why, matched, said,
    )  # fmt: skip


def scope_words(version: ItemVersion) -> Text:
    """Where an item goes from any counter, with the basis named: 收受分离·户籍地中心办理."""
    if version.scope == "direct" or version.home is None:
        return SCOPE_NAMES[version.scope]
    home = HOME_NAMES[version.home]
    return {
        "split": Text(f"收受分离·{home.zh}中心办理", f"received here, handled at the {home.en}"),
        "settle_home": Text(f"本中心审核·{home.zh}结算", f"reviewed here, settled at the {home.en}"),
        "local": Text(f"属地办理·只在{home.zh}中心", f"only at the center of the {home.en}"),
    }[version.scope]
