"""The one form of a plan: each element once, however many items ask it, with where its value comes from. What an earlier
item's result will carry is not asked either, if waiting for it is worth it: that the exact choice decides."""

import datetime as dt
from collections import defaultdict
from typing import Any, NamedTuple

from tongban.domain.plan import FieldSource, FormField, Saving
from tongban.domain.plan_choice import Choice, Need
from tongban.domain.plan_desk import Desk
from tongban.domain.prepared import Asked, asked_of

TYPED = frozenset({"typed", "answered"})


class _Source(NamedTuple):
    """Where the value of an element comes from; ``by`` names it."""

    source: FieldSource = "typed"
    by: str = ""
    value: Any = None
    as_of: dt.date | None = None


_TYPE_IT = _Source()


class Form:
    """The form while the plan is made. ``users``: each element in its order, with the items that ask it; of these ``required``
    are those some item cannot do without, ``certain`` those some item asks whatever is still to be answered."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.asked: dict[int, Asked] = {}
        self.users: defaultdict[str, list[str]] = defaultdict(list)
        self.required: set[str] = set()
        self.certain: set[str] = set()
        # what is not typed
        self.sources: dict[str, _Source] = {}
        self.waits: list[tuple[str, int, tuple[int, ...]]] = []
        for i in desk.live:
            self._ask(i)
        self.own_forms = [i for i, asked in self.asked.items() if asked.own]
        self._sources()

    def _ask(self, i: int) -> None:
        term = self.desk.items[i]
        asked = self.asked[i] = term.always or asked_of(term.fields, self.desk.truth)
        code, users = term.entry.item, self.users
        for key in asked.keys:
            users[key].append(code)
        self.required |= asked.required
        self.certain |= asked.certain

    def _sources(self) -> None:
        desk = self.desk
        elements, values, answers = desk.prepared.registry.elements, desk.given.known.values, desk.answers
        known, givers, sources = self._known_by(), desk.prepared.givers, self.sources
        for key in self.users:
            if elements[key].reuse == "never":
                if key in answers:
                    sources[key] = _Source("answered", "", answers[key])
            elif key in values and values[key].value not in (None, ""):
                value = values[key]
                sources[key] = _Source(value.source, value.by, value.value, value.as_of)
            elif key in known and not (values and known[key][0] == "register" and key in givers):
                sources[key] = _Source(*known[key], answers.get(key))
            # Where the register has said what it knows, it does not know the number of a company that is only being founded.
            elif key in answers:
                sources[key] = _Source("answered", "", answers[key])
            elif key in givers:
                self._makers(key, givers[key])

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

    def _makers(self, key: str, givers: tuple[int, ...]) -> None:
        """An element that is not known may come out of the result of another item, for every item that asks it."""
        desk = self.desk
        makers = tuple(k for k in givers if k in desk.number and desk.items[k].entry.item not in self.users[key])
        if not makers:
            return
        # An item that can do without it does not wait for it.
        if self._asking(key):
            self.waits.append((key, desk.fields.setdefault(key, len(desk.fields)), makers))
        else:
            # Whoever asks it follows later, or takes it when it is there.
            self.sources[key] = _Source("result", desk.items[makers[0]].entry.item)

    def _asking(self, key: str) -> list[int]:
        """The items on the way now that cannot do without an element."""
        return [i for i in self.desk.main if key in self.asked[i].required]

    def needs(self) -> list[Need]:
        """What the choice has to settle: each asking item has the result first, or the person types it."""
        number = self.desk.number
        return [
            Need(number[i], tuple(number[k] for k in makers), (field,))
            for key, field, makers in self.waits
            for i in self._asking(key)
        ]

    def settle(self, choice: Choice) -> list[tuple[int, int]]:
        """Take over what was chosen; returns the results used as (maker, item)."""
        used = []
        number, items = self.desk.number, self.desk.items
        for key, field, makers in self.waits:
            if choice.fields >> field & 1:
                continue
            for i in self._asking(key):
                maker = next(k for k in makers if choice.usable(number[k], number[i]))
                self.sources[key] = _Source("result", items[maker].entry.item)
                used.append((maker, i))
        return used

    def fields(self) -> tuple[FormField, ...]:
        """The form as the plan shows it."""
        elements, found = self.desk.prepared.registry.elements, []
        for key, items in self.users.items():
            came = self.sources.get(key, _TYPE_IT)
            found.append(
                FormField(
                    key, came.source, tuple(items), came.by, came.value, came.as_of, elements[key].reuse,
                    key in self.required, key not in self.certain,
                )
            )  # fmt: skip
        return tuple(found)

    def uses(self) -> int:
        """How many fields the items ask, one by one."""
        return sum(len(asked.uses) for asked in self.asked.values())

    def typed(self) -> int:
        """How many elements a person fills in."""
        return sum(self.sources.get(key, _TYPE_IT).source in TYPED for key in self.users)

    def savings(self) -> list[Saving]:
        """Why each field of each item is not typed, but for the first use of what is; and forms that became one."""
        items, typed, found = self.desk.items, set[str](), list[Saving]()
        for i, asked in self.asked.items():
            code = items[i].entry.item
            for element, key in asked.uses:
                came = self.sources.get(key, _TYPE_IT)
                if not key:
                    found.append(Saving("field", code, element, "fixed"))
                elif came.source not in TYPED:
                    found.append(Saving("field", code, key, came.source, came.by))
                elif key in typed:
                    found.append(Saving("field", code, key, "twice", self.users[key][0]))
                else:
                    typed.add(key)
        first = items[self.own_forms[0]].entry.item if self.own_forms else ""
        found += [Saving("form", items[i].entry.item, "", "one_form", first) for i in self.own_forms[1:]]
        return found
