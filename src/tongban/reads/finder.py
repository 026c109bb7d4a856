"""Finding an item while a person waits: by name, everyday words (俗称), pinyin or its initials, department, code. Every hit says
what matched and whether it can be received at this counter. One index per publication, kept in the process."""

import datetime as dt
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import msgspec
from pypinyin import Style, lazy_pinyin, pinyin

from tongban.domain.actor import Actor
from tongban.domain.item import HANDLING_NAMES, HOME_NAMES, SCOPE_NAMES, ItemVersion
from tongban.domain.text import Text
from tongban.registers.catalog import queries as catalog

LONGEST = 60
NAME, ALIAS = Text("名称", "name"), Text("俗称", "everyday name")


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


class _Name(msgspec.Struct, frozen=True):
    """One name of an item, prepared: folded, all readings of each character, the usual reading in full."""

    said: str
    folded: str
    initials: tuple[frozenset[str], ...]
    full: str
    own: bool


class _Entry(msgspec.Struct, frozen=True):
    version: ItemVersion
    department: Text
    names: tuple[_Name, ...]
    codes: tuple[str, ...]
    grams: Counter[str]


_index: dict[tuple[str, dt.date], tuple[_Entry, ...]] = {}
_building = threading.Lock()


def find(actor: Actor, text: str, *, center: str, today: dt.date, most: int = 10) -> tuple[Hit, ...]:
    """The items that ``text`` may mean, best first; nothing for an empty text."""
    actor.must("case.receive")
    words = fold(text)[:LONGEST]
    if not words:
        return ()
    found = []
    for place, entry in enumerate(_entries(today)):
        score, kind, said = _score(entry, words)
        if score:
            # What can be received goes before a guide of nearly the same worth.
            found.append(
                (-score - (6 if entry.version.receivable else 0), len(entry.version.name.zh), place, entry, kind, said)
            )
    found.sort(key=lambda f: f[:3])
    closed = catalog.closed()
    return tuple(_hit(entry, kind, said, closed) for _, _, _, entry, kind, said in found[:most])


def fold(text: str) -> str:
    """How names and queries are compared: half width, small letters, no spaces or signs."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def _entries(today: dt.date) -> tuple[_Entry, ...]:
    publication = catalog.newest()
    key = (publication.id.hex if publication else "", today)
    if key not in _index:
        with _building:
            if key not in _index:
                made = tuple(_entry(v) for v in catalog.listing(today))
                _index.clear()
                _index[key] = made
    return _index[key]


def _entry(version: ItemVersion) -> _Entry:
    item = version.item
    department = catalog.departments()[item.department]
    names = tuple(_name(n, own=i == 0) for i, n in enumerate(dict.fromkeys((item.name.zh, *item.aliases))))
    codes = tuple(fold(c) for c in (item.catalog_code, item.business_code) if c)
    grams = Counter(g for n in (*names, _name(version.summary.zh, own=False)) for g in _grams(n.folded))
    return _Entry(version, department.short if department.short.zh else department.name, names, codes, grams)


def _name(said: str, *, own: bool) -> _Name:
    folded = fold(said)
    initials = tuple(
        frozenset(i for i in readings if i) or frozenset(c)
        for c, readings in zip(folded, _readings(folded), strict=True)
    )
    return _Name(said, folded, initials, fold("".join(lazy_pinyin(folded))), own)


def _readings(folded: str) -> Iterable[list[str]]:
    # Character by character, so that letters and digits between characters keep their own place.
    return ([r for one in pinyin(c, style=Style.FIRST_LETTER, heteronym=True) for r in one] for c in folded)


def _grams(folded: str) -> set[str]:
    return {folded[i : i + 2] for i in range(len(folded) - 1)}


def _score(entry: _Entry, words: str) -> tuple[int, Text, str]:
    """(how well, by what, which words); 0 when it does not match at all."""
    best = (0, NAME, "")
    for name in entry.names:
        for worth, kind in _by_name(name, words):
            if worth > best[0]:
                best = (worth, kind, name.said)
    if best[0] < 90 and any(c == words or (len(words) >= 4 and c.startswith(words)) for c in entry.codes):
        best = (90, Text("编码", "code"), entry.version.item.catalog_code)
    if best[0] < 40 and len(words) >= 2 and fold(entry.department.zh).startswith(words):
        best = (40, Text("部门", "department"), entry.department.zh)
    if not best[0] and len(words) >= 3:
        # A whole sentence: how many of its pairs of characters the item's words have.
        mine = _grams(words)
        share = sum(1 for g in mine if g in entry.grams) / len(mine)
        if share >= 0.3:
            best = (int(10 + 25 * share), Text("相近", "similar words"), entry.version.name.zh)
    return best


def _by_name(name: _Name, words: str) -> Iterable[tuple[int, Text]]:
    kind = NAME if name.own else ALIAS
    if words == name.folded:
        yield 100, kind
    elif name.folded.startswith(words):
        yield 80, kind
    elif words in name.folded:
        yield 65, kind
    elif len(name.folded) >= 2 and name.folded in words:
        # 「老妈满65岁敬老卡怎么办」 names it within a sentence.
        yield 50 + min(len(name.folded), 10), kind
    if words.isascii():
        spelled = _spelled(name.initials, words)
        if spelled is not None:
            yield (95 if spelled == len(name.initials) else 70), Text("拼音首字母", "pinyin initials")
        elif len(words) >= 3 and name.full.startswith(words):
            yield (92 if name.full == words else 68), Text("拼音", "pinyin")


def _spelled(initials: tuple[frozenset[str], ...], words: str) -> int | None:
    """How many characters of the name the initials spell from its beginning; None when they do not."""
    if len(words) > len(initials) or not all(w in i for w, i in zip(words, initials, strict=False)):
        return None
    return len(words)


_WHY: tuple[tuple[Callable[[ItemVersion], bool], Text], ...] = (
    (lambda v: not v.receivable, Text("目前只提供办事指南,不能在窗口收件", "Only a guide; not received at counters")),
    (lambda v: "window" not in v.channels, Text("此事项不在窗口受理", "Not received at counters")),
)


def _hit(entry: _Entry, kind: Text, said: str, closed: Mapping[str, object]) -> Hit:
    version = entry.version
    why = next((text for test, text in _WHY if test(version)), Text(""))
    if version.code in closed:
        why = Text("已停止受理", "Closed: it takes no applications now")
    return Hit(
        version.code, version.name, entry.department, HANDLING_NAMES[version.handling], scope_words(version), not why.zh,
        why, kind, said,
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
