"""A life event made ready for composing: conditions rewritten from each item's elements to those of the one form, every
distinct condition once, and what each source can give. It is done once an edition, so that a plan costs a millisecond."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from tongban.domain.element import Element
from tongban.domain.expression import TRUE, Expr
from tongban.domain.item import Cause, Condition, Field, ItemVersion, PaperNeed, Step
from tongban.domain.life_event import SELF, EventItem, LifeEvent
from tongban.domain.material import Alternative, CheckKind, CredentialKind, MaterialKind
from tongban.domain.plan import PaperState, PlanResult
from tongban.domain.situation import Test, compiled
from tongban.domain.who import is_who

_OWN_HAND = frozenset({"form", "statement", "photo"})
_PAPER = (Alternative(paper="original"),)
# What every plan weighs first: no condition at all.
_ALWAYS = (True,)
_DONE_BY_APPLYING = ("receive", "deliver")
_ABOUT_ME = frozenset({"applicant", "agent"})


class Registry(msgspec.Struct, frozen=True):
    """The registries of the city that composing reads."""

    elements: Mapping[str, Element]
    materials: Mapping[str, MaterialKind]
    credentials: Mapping[str, CredentialKind]
    checks: Mapping[str, CheckKind] = {}


class FieldTerm(NamedTuple):
    """A field of an item: ``key`` is the element of the one form, empty when the event settles it; ``test`` a number; ``use``
    its own element and the key; ``identity``: it only asks who one is."""

    key: str
    test: int
    use: tuple[str, str]
    required: bool
    identity: bool


class Asked(NamedTuple):
    """The fields of an item that are asked: each with its key, the ``keys`` on the one form, and of these the ones it cannot do
    without and the ones that are asked for certain. ``own``: it asks more than who one is."""

    uses: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    required: frozenset[str]
    certain: frozenset[str]
    own: bool


class PaperTerm(NamedTuple):
    """A paper of an item: whose, which material, when, and the ways to it: for each whether an original must be seen, and
    the other items of the event whose result it is (by number). ``free``: the ways that may cost nothing, with the code of what
    is needed; ``paper``: the number of the way that is the paper itself (one that is sent rather than shown), -1: none;
    ``plain``: besides these two there is nothing to choose."""

    of: str
    material: str
    need: PaperNeed
    test: int
    ways: tuple[Alternative, ...]
    seen: tuple[bool, ...]
    free: tuple[tuple[PaperState, str, Alternative], ...]
    paper: int
    makers: tuple[tuple[int, ...], ...] = ()
    plain: bool = False


class ItemTerm(NamedTuple):
    """One item of the event, ready. ``always``: what it asks when no answer changes that. ``own_steps``: payments and
    appointments, which stay with the person however the rest is done. ``gives``: elements of the form that its result carries; ``issues``: e-licence kinds;
    ``means``: its elements that are called otherwise on the one form."""

    entry: EventItem
    version: ItemVersion
    when: int
    conditions: tuple[tuple[Condition, int], ...]
    fields: tuple[FieldTerm, ...]
    always: Asked | None
    papers: tuple[PaperTerm, ...]
    links: tuple[tuple[str, Step], ...]
    own_steps: tuple[tuple[str, Step], ...]
    results: tuple[PlanResult, ...]
    causes: tuple[Cause, ...]
    days: int
    mailed: bool
    place_key: str
    gives: frozenset[str]
    issues: frozenset[str]
    means: dict[str, str]


class Prepared(NamedTuple):
    """The whole event, ready. Test 0 is always true; ``compiled`` are the tests to be weighed, ``asked`` the elements of each;
    ``givers`` the items whose results tell an element; ``known_by`` says which elements a source gives: (kind of source, person,
    code) -> elements."""

    event: LifeEvent
    registry: Registry
    items: tuple[ItemTerm, ...]
    numbers: dict[str, int]
    tests: tuple[Expr, ...]
    compiled: tuple[Test, ...]
    asked: tuple[tuple[str, ...], ...]
    constants: dict[str, Any]
    questions: tuple[int, ...]
    givers: dict[str, tuple[int, ...]]
    known_by: dict[tuple[str, str, str], tuple[str, ...]]


def prepare(event: LifeEvent, versions: Mapping[str, ItemVersion], registry: Registry) -> Prepared:
    """Make an event ready; items that have no version here are left out (the check of the catalog refuses them)."""
    return _Preparing(event, versions, registry).run()


def answers_of(prepared: Prepared, item: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of one item, in its own elements, out of the values of the one form."""
    term = prepared.items[prepared.numbers[item]]
    known = {**prepared.constants, **values}
    meant = ((field.element, term.means.get(field.element, field.element)) for field in term.version.fields)
    return {element: known[key] for element, key in meant if key in known}


class _Preparing:
    def __init__(self, event: LifeEvent, versions: Mapping[str, ItemVersion], registry: Registry) -> None:
        self.event, self.versions, self.registry = event, versions, registry
        self.tests: dict[Expr, int] = {TRUE: 0}
        self.constants: dict[str, Any] = {}
        self.known_by: dict[tuple[str, str, str], dict[str, None]] = {}
        # whose element -> element of the form, over all items of that person
        self.means: dict[str, dict[str, set[str]]] = {}

    def run(self) -> Prepared:
        entries = [entry for entry in self.event.items if entry.item in self.versions]
        for entry in entries:
            for element, meant in entry.fills.items():
                if isinstance(meant, str) and meant.startswith("$"):
                    self.means.setdefault(entry.of, {}).setdefault(element, set()).add(meant[1:])
        items = _with_makers([self.item(entry, self.versions[entry.item]) for entry in entries])
        questions = tuple(self.test(question.when, {}) for question in self.event.questions)
        for kind in self.registry.credentials.values():
            for person in (SELF, *(person.code for person in self.event.people)):
                self.know("credential", person, kind.code, self.carried(person, kind))
        self.know("register", SELF, "", (e.code for e in self.registry.elements.values() if is_who(e)))
        tests = tuple(self.tests)
        known_by = {source: tuple(found) for source, found in self.known_by.items() if found}
        numbers = {term.entry.item: i for i, term in enumerate(items)}
        asked = tuple(tuple(code for code in test.elements() if code not in self.constants) for test in tests)
        told = {code for term in items for code in term.gives}
        givers = {code: tuple(i for i, term in enumerate(items) if code in term.gives) for code in told}
        return Prepared(
            self.event, self.registry, items, numbers, tests, tuple(map(compiled, tests)), asked, self.constants, questions,
            givers, known_by,
        )  # fmt: skip

    def item(self, entry: EventItem, version: ItemVersion) -> ItemTerm:
        means = self.meanings(entry)
        fields = []
        for field in version.fields:
            element = self.registry.elements.get(field.element)
            if element is None:
                continue
            key = means.get(field.element, field.element)
            asked = "" if key in self.constants else key
            test, use = self.test(field.when, means), (field.element, asked)
            fields.append(FieldTerm(asked, test, use, field.required, is_who(element)))
            self.sources(entry, field, key)
        issued = [result.credential for result in version.results if result.credential]
        kinds = [kind for code in issued if (kind := self.registry.credentials.get(code))]
        links = tuple((f"{i}", step) for i, step in enumerate(version.process) if step.who in ("counter", "person"))
        basis = {"hukou": "hukou_division", "residence": "residence_division", "employer": "employer_division"}
        home = basis[version.home or "hukou"] if version.scope != "direct" else ""
        delivery = self.event.delivery or version.delivery
        return ItemTerm(
            entry, version, self.test(entry.when, {}),
            tuple((c, self.test(c.test, means)) for c in version.conditions if c.test is not None),
            tuple(fields), None if any(field.test for field in fields) else asked_of(fields, _ALWAYS),
            tuple(self.paper(entry, need, means) for need in version.papers), links,
            tuple((n, step) for n, step in links if step.who == "person" and step.step not in _DONE_BY_APPLYING),
            tuple(PlanResult(entry.item, entry.of, result, _way(delivery)) for result in version.results),
            causes_of(entry, version),
            version.limits.promised_days if entry.promised_days is None else entry.promised_days,
            set(delivery) != {"counter"}, means.get(home, home),
            frozenset(code for kind in kinds for code in self.carried(entry.of, kind)), frozenset(issued), means,
        )  # fmt: skip

    def meanings(self, entry: EventItem) -> dict[str, str]:
        """The item's element -> the element of the form; a constant gets a name that nobody is asked for."""
        means = {}
        for element, meant in entry.fills.items():
            if isinstance(meant, str) and meant.startswith("$"):
                means[element] = meant[1:]
            else:
                means[element] = f"{entry.item}/{element}"
                self.constants[means[element]] = meant
        return means

    def test(self, expr: Expr | None, means: Mapping[str, str]) -> int:
        if expr is None:
            return 0
        return self.tests.setdefault(_rewritten(expr, means), len(self.tests))

    def paper(self, entry: EventItem, need: PaperNeed, means: Mapping[str, str]) -> PaperTerm:
        of, _, material = entry.papers.get(need.material, need.material).rpartition(".")
        kind = self.registry.materials.get(material)
        ways = (kind.satisfied_by if kind else ()) or _PAPER
        own = kind is not None and kind.kind in _OWN_HAND
        seen = tuple(way.paper == "original" and need.original and not own for way in ways)
        # A copy or a page of one's own is sent; only an original takes a visit, so it is the last resort.
        paper = min((n for n, way in enumerate(ways) if way.paper), key=lambda n: (seen[n], n), default=-1)
        free = tuple(found for way in ways if (found := _free(way)))
        return PaperTerm(of or entry.of, material, need, self.test(need.when, means), ways, seen, free, paper)

    def sources(self, entry: EventItem, field: Field, key: str) -> None:
        element = self.registry.elements.get(key)
        about_me = element is not None and element.group in _ABOUT_ME
        for person in {entry.of, SELF} if about_me else {entry.of}:
            for prefill in field.prefill:
                if prefill.source == "person":
                    self.know("register", person, "", (key,))
                elif prefill.credential:
                    self.know("credential", person, prefill.credential, (key,))
                elif prefill.check:
                    self.know("check", person, prefill.check, (key,))

    def know(self, source: str, person: str, code: str, elements: Iterable[str]) -> None:
        for key in elements:
            element = self.registry.elements.get(key)
            if element is not None and element.reuse != "never":
                self.known_by.setdefault((source, person, code), {})[key] = None

    def carried(self, person: str, kind: CredentialKind) -> tuple[str, ...]:
        """The elements of the form that an e-licence of this person tells."""
        if person == SELF:
            return kind.fields
        found: dict[str, None] = {}
        for code in kind.fields:
            found |= dict.fromkeys(sorted(self.means.get(person, {}).get(code, ())))
            element = self.registry.elements.get(code)
            if element is not None and element.group != "applicant":
                found[code] = None
        return tuple(found)


def causes_of(entry: EventItem, version: ItemVersion) -> tuple[Cause, ...]:
    """Why one comes when this item is done by itself, a word for each visit; guessed carefully where nobody says it."""
    if entry.come is not None:
        return entry.come
    count = max(0, version.visits.count)
    if not count or version.visits.causes:
        return version.visits.causes
    # Whoever waits for a thing that is only handed out at a counter comes at the end; all else one must be there for.
    waits = set(version.delivery) == {"counter"} and version.handling != "on_the_spot"
    first: Cause = "collect" if waits and count == 1 else "presence"
    rest: list[Cause] = ["collect"] * (count - 1)
    return (first, *rest)


def _with_makers(items: list[ItemTerm]) -> tuple[ItemTerm, ...]:
    def makers(i: int, paper: PaperTerm, way: Alternative) -> tuple[int, ...]:
        found = []
        for k, other in enumerate(items):
            issued = way.credential in other.issues and other.entry.of == paper.of
            if k != i and (issued or way.result == other.entry.item):
                found.append(k)
        return tuple(found)

    def ready(i: int, paper: PaperTerm) -> PaperTerm:
        by = tuple(makers(i, paper, way) for way in paper.ways)
        return paper._replace(makers=by, plain=not any(by) and not any(way.declaration for way in paper.ways))

    return tuple(term._replace(papers=tuple(ready(i, p) for p in term.papers)) for i, term in enumerate(items))


def _free(way: Alternative) -> tuple[PaperState, str, Alternative] | None:
    """A way that costs nothing when what it names is there."""
    kinds: tuple[tuple[PaperState, str], ...] = (
        ("credential", way.credential), ("check", way.check), ("result", way.result), ("declaration", way.declaration),
    )  # fmt: skip
    return next(((kind, code, way) for kind, code in kinds if code), None)


def _way(delivery: Iterable[str]) -> Any:
    return next((way for way in ("electronic", "mail") if way in delivery), "counter")


def asked_of(fields: Iterable[FieldTerm], truth: Sequence[bool | None]) -> Asked:
    """What is asked of these fields when the tests come to this."""
    uses: list[tuple[str, str]] = []
    keys: list[str] = []
    required: list[str] = []
    certain: list[str] = []
    own = False
    for key, test, use, is_required, identity in fields:
        needed = truth[test]
        if needed is False:
            continue
        own = own or not identity
        uses.append(use)
        if key:
            keys.append(key)
            if is_required:
                required.append(key)
            if needed:
                certain.append(key)
    return Asked(tuple(uses), tuple(keys), frozenset(required), frozenset(certain), own)


def _rewritten(expr: Expr, means: Mapping[str, str]) -> Expr:
    if expr.op == "answer":
        return msgspec.structs.replace(expr, value=means.get(expr.value, expr.value))
    if not expr.args:
        return expr
    return msgspec.structs.replace(expr, args=tuple(_rewritten(arg, means) for arg in expr.args))


def said_once(prepared: Prepared) -> frozenset[str]:
    """Elements of which some condition only wants that they are said (``known``): while a form is open they are no reason to
    leave an item out, for the form of that item is where they are asked."""
    typed = {field.key for term in prepared.items for field in term.fields}
    return frozenset(code for test in prepared.tests for code in _wanted_known(test) if code in typed)


def _wanted_known(test: Expr) -> Iterable[str]:
    if test.op == "known":
        yield from test.elements()
    for arg in test.args:
        yield from _wanted_known(arg)
