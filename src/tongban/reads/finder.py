"""Finding an item or a life event while a person waits: reads/search.py finds it by whatever was typed; here it gets the words of
a screen, and whether it can be received there. One index of each in the process, made anew only when its sources changed."""

import datetime as dt
import threading
from collections.abc import Callable, Mapping

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.item import HANDLING_NAMES, HOME_NAMES, SCOPE_NAMES, ItemVersion
from tongban.domain.life_event import LifeEvent
from tongban.domain.text import Text
from tongban.reads.everyday import LONGEST, fold
from tongban.reads.search import Entry, ItemIndex, Why
from tongban.registers.catalog import queries as catalog

__all__ = ["LONGEST", "EventHit", "Hit", "events_first", "find", "find_events", "fold", "scope_words"]

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
    score: float = 0.0

    @property
    def meant(self) -> bool:
        """Whether it answers the question, as far as words can tell, and does not only share a word with it."""
        return self.score >= _ITEM_MEANT


class EventHit(msgspec.Struct, frozen=True):
    """A life event found. ``channels``: where it may be begun."""

    code: str
    name: Text
    summary: Text
    words: str
    channels: tuple[str, ...]
    score: float
    why: Why = "words"


# Whoever says what happened to them means the event, although one of its items has nearly the same name.
_EVENTS_AHEAD = 12.0
# Below this an event shares a word with the question and no more.
_EVENT_MEANT = 12.0
# The same of an item: it is shown, but said to be no more than near. Measured: what the city does not offer (养狗证, 助听器) stays
# below; of the committed questions one in a hundred does.
_ITEM_MEANT = 16.0
# Beside an item that was named, one with so small a share of its worth is noise.
_TAIL = 0.3


class _Made(msgspec.Struct, frozen=True):
    """An index, and what it was made from and for."""

    edition: tuple[str, dt.date]
    entries: tuple[Entry, ...]
    index: ItemIndex


_made: dict[str, _Made] = {}
_building = threading.Lock()


def find(actor: Actor, text: str, *, center: str, today: dt.date, most: int = 10) -> tuple[Hit, ...]:
    """The items that ``text`` may mean, best first; nothing for an empty text."""
    actor.must("case.receive")
    hits = _index(today).find(text, most)
    hits = [h for h in hits if h.score >= _TAIL * hits[0].score]
    closed = catalog.closed()
    return tuple(
        msgspec.structs.replace(_hit(catalog.current(h.code, today), MATCHED[h.why], h.said, closed), score=h.score)
        for h in hits
    )


def find_events(text: str, *, today: dt.date, most: int = 3) -> tuple[EventHit, ...]:
    """The life events that ``text`` may mean, best first. The catalog is public, so nobody is asked who they are."""
    events = catalog.life_events()
    hits = _event_index(today).find(text, most)
    return tuple(
        EventHit(h.code, events[h.code].name, events[h.code].summary, h.said, events[h.code].channels, h.score, h.why)
        for h in hits
        if h.score >= _EVENT_MEANT
    )


def events_first(events: tuple[EventHit, ...], best_item: float) -> tuple[EventHit, ...]:
    """Those of the events found that are meant rather than the best item found; the others belong behind the items."""
    # Initials and codes are typed by who knows the very item.
    ahead = {"name": _EVENTS_AHEAD, "alias": _EVENTS_AHEAD, "words": _EVENTS_AHEAD}
    return tuple(hit for hit in events if hit.score + ahead.get(hit.why, 0.0) > best_item)


def _index(today: dt.date) -> ItemIndex:
    return _made_of("items", today, lambda: tuple(_entry(v) for v in catalog.listing(today)))


def _event_index(today: dt.date) -> ItemIndex:
    return _made_of(
        "events", today, lambda: tuple(_event(e) for e in catalog.life_events().values() if e.valid_from <= today)
    )


def _made_of(name: str, today: dt.date, entries_now: Callable[[], tuple[Entry, ...]]) -> ItemIndex:
    publication = catalog.newest()
    edition = (publication.id.hex if publication else "", today)
    made = _made.get(name)
    if made is None or made.edition != edition:
        with _building:
            made = _made.get(name)
            if made is None or made.edition != edition:
                entries = entries_now()
                # A new day, or a publication of other things, seldom changes what items are called.
                same = made is not None and made.entries == entries
                made = _made[name] = _Made(edition, entries, made.index if made and same else ItemIndex(entries))
    return made.index


def _event(event: LifeEvent) -> Entry:
    lead = catalog.departments().get(event.lead)
    return Entry(
        code=event.code, name=event.name.zh, aliases=tuple(event.aliases), topics=tuple(event.topics), summary=event.summary.zh,
        department=tuple(dict.fromkeys(d for d in (lead.short.zh, lead.name.zh) if d)) if lead else (), english=event.name.en,
    )  # fmt: skip


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
