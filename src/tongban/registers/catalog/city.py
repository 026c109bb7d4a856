"""Compiles a city folder (cities/shanghai) into one frozen value: places, departments, elements, materials, credential
kinds, calendar, items with their versions and the situation files. Everything that does not fit is told at once."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from tongban.domain.calendar import Year
from tongban.domain.condition import parse
from tongban.domain.element import Element, Evidence
from tongban.domain.item import Department, Item, ItemVersion
from tongban.domain.life_event import LifeEvent
from tongban.domain.material import CheckKind, CredentialKind, MaterialKind
from tongban.domain.place import Center, Division, Places, ServiceHours
from tongban.domain.text import Text
from tongban.registers.catalog.files import MAX_FILES, BadFile, Document, Note, read_file
from tongban.registers.catalog.shape import Fit


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all rows below share: frozen, strict, short."""


class PlacesRow(_Row, frozen=True):
    """places.yaml."""

    divisions: tuple[Division, ...]
    centers: tuple[Center, ...]
    hours: ServiceHours
    online: Center | None = None

    def places(self) -> Places:
        """The map of the city; raises Refused when rows contradict each other."""
        return Places.of(self.divisions, self.centers, self.hours, self.online)


class Given(_Row, frozen=True):
    """The resident of a situation file."""

    item: str
    center: str
    today: dt.date
    version: int = 0
    answers: Mapping[str, Any] = {}
    homes: Mapping[str, str] = {}
    credentials: tuple[str, ...] = ()


class Expect(_Row, frozen=True):
    """What the rulebook should say."""

    eligible: Literal[True, False, "unknown"]
    failing: tuple[str, ...] | None = None
    papers_needed: tuple[str, ...] | None = None
    may_follow: tuple[str, ...] | None = None
    handling: str = ""
    handed_over: Literal["never", "received", "reviewed"] | None = None
    refused: str = ""
    promised_by: dt.date | None = None
    provisional: bool | None = None


class SituationRow(_Row, frozen=True):
    """A situation file: given this resident, expect these answers; ``why`` says what it proves."""

    name: str
    why: Text
    given: Given
    expect: Expect


class Held(_Row, frozen=True):
    """What the city knows of one person of an event: whether the register of people does, e-licences, checks."""

    register: bool = False
    credentials: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    results: tuple[str, ...] = ()


class EventGiven(_Row, frozen=True):
    """The resident of a situation of a life event."""

    event: str
    today: dt.date
    channel: str = "resident"
    center: str = ""
    answers: Mapping[str, Any] = {}
    unsure: tuple[str, ...] = ()
    chosen: tuple[str, ...] | None = None
    insist: tuple[str, ...] = ()
    known: Mapping[str, Held] = {}


class Range(_Row, frozen=True):
    """A number that is not exact in the source."""

    least: int = 0
    most: int | None = None


class Figures(_Row, frozen=True):
    """Figures that must come out; what is not written is not compared."""

    items: int | Range | None = None
    links: int | Range | None = None
    forms: int | Range | None = None
    fields: int | Range | None = None
    papers: int | Range | None = None
    visits: int | Range | None = None
    days: int | Range | None = None


class EventExpect(_Row, frozen=True):
    """What the composer should say."""

    items: tuple[str, ...] | None = None
    not_eligible: Mapping[str, tuple[str, ...]] | None = None
    maybe: tuple[str, ...] | None = None
    before: Figures | None = None
    after: Figures | None = None
    papers: tuple[str, ...] | None = None
    follow: tuple[str, ...] | None = None
    deferred: tuple[str, ...] | None = None
    order: tuple[tuple[str, str], ...] = ()
    parallel: tuple[tuple[str, str], ...] = ()
    next: str | None = None


class EventSituationRow(_Row, frozen=True):
    """A situation of a life event; the one marked ``reference`` stands in the table over all events."""

    name: str
    why: Text
    given: EventGiven
    expect: EventExpect
    reference: bool = False


class PublishedAverage(_Row, frozen=True):
    """What the city published of its life events: the mean change in percent by unit (published.yaml, optional)."""

    name: Text
    year: int
    changes: Mapping[str, int]
    evidence: Evidence
    sources: tuple[str, ...] = ()


class Published(_Row, frozen=True):
    """published.yaml."""

    averages: tuple[PublishedAverage, ...]


class City(msgspec.Struct, frozen=True, omit_defaults=True):
    """A whole compiled catalog. ``versions`` holds every version of every item; situations are not published."""

    places: PlacesRow
    departments: tuple[Department, ...] = ()
    elements: tuple[Element, ...] = ()
    materials: tuple[MaterialKind, ...] = ()
    credentials: tuple[CredentialKind, ...] = ()
    calendar: tuple[Year, ...] = ()
    items: tuple[Item, ...] = ()
    versions: tuple[ItemVersion, ...] = ()
    events: tuple[LifeEvent, ...] = ()
    checks: tuple[CheckKind, ...] = ()


class Source(msgspec.Struct):
    """A city folder read: the city (None when a base file is unusable), situations, notes, and the documents by file
    with the place of each thing, so that later messages can point at lines."""

    city: City | None
    situations: tuple[tuple[SituationRow, Document], ...]
    notes: list[Note]
    documents: dict[str, Document]
    whence: dict[str, tuple[Document, str]]
    event_situations: tuple[tuple[EventSituationRow, Document], ...] = ()
    published: Published | None = None


def load(folder: Path, tick: Callable[[str], None] = lambda file: None) -> Source:
    """Read and compile a city folder. Never raises on content: problems are in ``notes``. ``tick`` gets each file."""
    return _Load(folder, tick).run()


class _Load:
    def __init__(self, folder: Path, tick: Callable[[str], None]) -> None:
        self.folder = folder
        self.tick = tick
        self.notes: list[Note] = []
        self.documents: dict[str, Document] = {}
        self.whence: dict[str, tuple[Document, str]] = {}

    def run(self) -> Source:
        places = self.whole("places.yaml", PlacesRow)
        departments = self.rows("departments.yaml", "departments", Department)
        elements = self.rows("elements.yaml", "elements", Element)
        materials = self.rows("materials.yaml", "materials", MaterialKind)
        credentials = self.rows("credentials.yaml", "credentials", CredentialKind)
        # A city may do without: then nothing is checked with departments by name.
        checks = self.rows("checks.yaml", "checks", CheckKind) if (self.folder / "checks.yaml").exists() else ()
        years = [self.fit(doc, Year) for doc in self.folder_of("calendar")]
        self.elements = {e.code: e for e in elements}
        items: list[Item] = []
        versions: list[ItemVersion] = []
        for doc in self.folder_of("items"):
            self.item(doc, items, versions)
        events = self.events()
        situations = [(self.fit(doc, _kind_of(doc)), doc) for doc in self.folder_of("situations")]
        city = places and City(
            places, departments, elements, materials, credentials,
            tuple(sorted((y for y in years if y), key=lambda y: y.year)), tuple(items), tuple(versions),
            events, checks,
        )  # fmt: skip
        good = tuple((s, doc) for s, doc in situations if isinstance(s, SituationRow))
        of_events = tuple((s, doc) for s, doc in situations if isinstance(s, EventSituationRow))
        published = self.whole("published.yaml", Published) if (self.folder / "published.yaml").exists() else None
        return Source(city, good, self.notes, self.documents, self.whence, of_events, published)

    def events(self) -> tuple[LifeEvent, ...]:
        found: dict[str, LifeEvent] = {}
        for doc in self.folder_of("life_events"):
            fit = Fit(doc, lambda raw, path: parse(raw, self.elements, path))
            event = fit.to(LifeEvent, doc.data)
            if event is not None and event.code in found:
                fit.say("/code", f"一件事代码“{event.code}”用了两次", "换一个代码")
            elif event is not None:
                found[event.code] = event
                self.whence[f"events/{event.code}"] = (doc, "")
            self.notes += fit.notes
        return tuple(found.values())

    def read(self, path: Path) -> Document | None:
        shown = path.relative_to(self.folder.parent.parent).as_posix() if path.is_absolute() else path.as_posix()
        self.tick(shown)
        if path.is_symlink():
            self.notes.append(Note(shown, 0, "", "不允许使用链接文件", "把内容放进文件本身"))
            return None
        try:
            document = read_file(path, shown)
        except BadFile as bad:
            self.notes.append(bad.note)
            return None
        self.documents[shown] = document
        return document

    def folder_of(self, name: str) -> Iterable[Document]:
        paths = sorted((self.folder / name).rglob("*.y*ml"))
        if len(paths) > MAX_FILES:
            self.notes.append(Note(f"{name}/", 0, "", f"文件超过 {MAX_FILES} 个", "分批发布"))
        return [doc for path in paths[:MAX_FILES] if (doc := self.read(path)) is not None]

    def fit(self, document: Document, kind: Any) -> Any:
        fit = Fit(document)
        value = fit.to(kind, document.data)
        self.notes += fit.notes
        return value

    def whole(self, name: str, kind: Any) -> Any:
        document = self.read(self.folder / name)
        return self.fit(document, kind) if document else None

    def rows(self, name: str, key: str, kind: Any) -> tuple[Any, ...]:
        """The rows of a registry file; a row that does not fit is told and left out."""
        document = self.read(self.folder / name)
        if document is None:
            return ()
        data = document.data
        if not isinstance(data, dict) or list(data) != [key] or not isinstance(data[key], list):
            self.notes.append(document.note("", "文件结构不对", f"整个文件写成 {key}: 后面跟列表"))
            return ()
        found: dict[str, Any] = {}
        for i, raw in enumerate(data[key]):
            fit = Fit(document)
            row = fit.to(kind, raw, f"/{key}/{i}")
            self.notes += fit.notes
            if row is None:
                continue
            if row.code in found:
                self.notes.append(document.note(f"/{key}/{i}/code", f"“{row.code}”登记了两次", "改名或删去一个"))
            found[row.code] = row
            self.whence[f"{key}/{row.code}"] = (document, f"/{key}/{i}")
        return tuple(found.values())

    def item(self, doc: Document, items: list[Item], versions: list[ItemVersion]) -> None:
        data = doc.data
        if not isinstance(data, dict) or not isinstance(data.get("versions"), list) or not data["versions"]:
            self.notes.append(doc.note("", "没有 versions 列表", "至少写一个版本(versions: - version: 1 …)"))
            return
        header = {key: value for key, value in data.items() if key != "versions"}
        fit = Fit(doc, lambda raw, path: parse(raw, self.elements, path))
        item = fit.to(Item, header)
        if item is not None and any(item.code == other.code for other in items):
            fit.say("/code", f"事项代码“{item.code}”用了两次", "换一个代码")
            item = None
        for i, raw in enumerate(data["versions"]):
            path = f"/versions/{i}"
            if not isinstance(raw, dict) or "item" in raw:
                fit.say(path, "版本的写法不对", "写几行“键: 值”,不写 item")
                continue
            stand_in = header if item else {"code": "?", "name": "?", "department": "?"}
            version = fit.to(ItemVersion, {"item": stand_in, **raw}, path)
            if version is not None and item is not None:
                versions.append(version)
                self.whence[f"versions/{item.code}/{version.version}"] = (doc, path)
        self.notes += fit.notes
        if item is not None:
            items.append(item)
            self.whence[f"items/{item.code}"] = (doc, "")


def _kind_of(doc: Document) -> type[SituationRow] | type[EventSituationRow]:
    given = doc.data.get("given") if isinstance(doc.data, dict) else None
    return EventSituationRow if isinstance(given, dict) and "event" in given else SituationRow
