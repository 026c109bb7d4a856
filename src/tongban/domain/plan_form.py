"""The one form of a plan: each element once, however many items ask it, with where its value comes from. What an earlier
item's result will carry is not asked either, if waiting for it is worth it: that the exact choice decides."""

from typing import Any

from tongban.domain.plan import FieldSource, FormField, Saving
from tongban.domain.plan_choice import Choice, Need
from tongban.domain.plan_desk import Desk

TYPED = frozenset({"typed", "answered"})


class Entry:
    """An element of the form: the items that use it and those that cannot do without it (``asking``), and its source
    (``by`` names it)."""

    __slots__ = ("as_of", "asking", "by", "items", "key", "maybe", "source", "value")

    def __init__(self, key: str) -> None:
        self.key = key
        self.items: list[int] = []
        self.asking: list[int] = []
        self.maybe = True
        self.source: FieldSource = "typed"
        self.by = ""
        self.value: Any = None
        self.as_of: Any = None


class Form:
    """The form while the plan is made. ``uses``: every field of every item as (item, its own element, key or "")."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.entries: dict[str, Entry] = {}
        self.uses: list[tuple[int, str, str]] = []
        self.own_forms: list[int] = []
        self.waits: list[tuple[Entry, int, tuple[int, ...]]] = []
        for i in desk.live:
            self._ask(i)
        self._sources()

    def _ask(self, i: int) -> None:
        truth, entries, uses = self.desk.truth, self.entries, self.uses
        own = False
        for key, field, test, identity in self.desk.items[i].fields:
            needed = truth[test]
            if needed is False:
                continue
            own = own or not identity
            uses.append((i, field.element, key))
            if not key:
                continue
            entry = entries.get(key)
            if entry is None:
                entry = entries[key] = Entry(key)
            entry.items.append(i)
            if field.required:
                entry.asking.append(i)
            if needed:
                entry.maybe = False
        if own:
            self.own_forms.append(i)

    def _sources(self) -> None:
        desk = self.desk
        elements, values = desk.prepared.registry.elements, desk.given.known.values
        known = self._known_by()
        for key, entry in self.entries.items():
            if elements[key].reuse == "never":
                entry.source = "answered" if key in desk.answers else "typed"
                entry.value = desk.answers.get(key)
            elif key in values and values[key].value not in (None, ""):
                value = values[key]
                entry.source, entry.by, entry.value, entry.as_of = value.source, value.by, value.value, value.as_of
            elif key in known:
                entry.source, entry.by = known[key]
                entry.value = desk.answers.get(key)
            elif key in desk.answers:
                entry.source, entry.value = "answered", desk.answers[key]
            else:
                self._makers(entry)

    def _known_by(self) -> dict[str, tuple[FieldSource, str]]:
        """Which elements the holdings give: the register first, then e-licences, then checks."""
        known: dict[str, tuple[FieldSource, str]] = {}
        gives = self.desk.prepared.known_by
        people = self.desk.given.known.people
        for person, held in people.items():
            if held.register:
                known |= dict.fromkeys(gives.get(("register", person, ""), ()), ("register", ""))
        for source in ("credential", "check"):
            for person, held in people.items():
                for code in held.credentials if source == "credential" else held.checks:
                    for key in gives.get((source, person, code), ()):
                        known.setdefault(key, (source, code))
        return known

    def _makers(self, entry: Entry) -> None:
        """An element that is not known may come out of the result of another item, for every item that asks it."""
        desk = self.desk
        makers = [k for k in desk.main if entry.key in desk.items[k].gives and k not in entry.items]
        if not makers:
            return
        # An item that can do without it does not wait for it.
        if any(i in desk.number for i in entry.asking):
            number = desk.fields.setdefault(entry.key, len(desk.fields))
            self.waits += [(entry, number, tuple(makers))]
        else:
            # Whoever asks it follows later, or takes it when it is there.
            entry.source, entry.by = "result", desk.items[makers[0]].entry.item

    def needs(self) -> list[Need]:
        """What the choice has to settle: each asking item has the result first, or the person types it."""
        number = self.desk.number
        return [
            Need(number[i], tuple(number[k] for k in makers), (field,))
            for entry, field, makers in self.waits
            for i in entry.asking
            if i in number
        ]

    def settle(self, choice: Choice) -> list[tuple[int, int]]:
        """Take over what was chosen; returns the results used as (maker, item)."""
        used = []
        number, items = self.desk.number, self.desk.items
        for entry, field, makers in self.waits:
            if choice.fields >> field & 1:
                continue
            for i in entry.asking:
                if i in number:
                    maker = next(k for k in makers if choice.usable(number[k], number[i]))
                    entry.source, entry.by = "result", items[maker].entry.item
                    used.append((maker, i))
        return used

    def fields(self) -> tuple[FormField, ...]:
        """The form as the plan shows it."""
        items, elements = self.desk.items, self.desk.prepared.registry.elements
        return tuple(
            FormField(
                e.key, e.source, tuple(items[i].entry.item for i in e.items), e.by, e.value, e.as_of, elements[e.key].reuse,
                bool(e.asking), e.maybe,
            )
            for e in self.entries.values()
        )  # fmt: skip

    def savings(self) -> list[Saving]:
        """Why each field of each item is not typed, but for the first use of what is; and forms that became one."""
        items, typed, found = self.desk.items, set[str](), list[Saving]()
        for i, element, key in self.uses:
            code = items[i].entry.item
            if not key:
                found.append(Saving("field", code, element, "fixed"))
                continue
            entry = self.entries[key]
            if entry.source not in TYPED:
                found.append(Saving("field", code, key, entry.source, entry.by))
            elif key in typed:
                found.append(Saving("field", code, key, "twice", items[entry.items[0]].entry.item))
            else:
                typed.add(key)
        first = items[self.own_forms[0]].entry.item if self.own_forms else ""
        found += [Saving("form", items[i].entry.item, "", "one_form", first) for i in self.own_forms[1:]]
        return found
