"""The desk on which one plan is made: every condition weighed once over what is known, the state of each item, and the
numbers that the exact choice uses for items, papers and fields. The stages (form, papers, visits, steps) share it."""

from typing import Any

import msgspec

from tongban.domain.item import ItemVersion
from tongban.domain.jurisdiction import PlacesLike
from tongban.domain.plan import Circumstances, Failing, Holdings, PlanItem
from tongban.domain.plan_days import Days
from tongban.domain.prepared import Prepared
from tongban.domain.situation import weigh

ONLINE = frozenset({"resident", "hotline", "openapi", "console"})
_NOTHING = Holdings()


class Desk:
    """``live``: items composed; ``main``: those on the way now; ``put_off``: those that follow later (numbers of items)."""

    def __init__(self, prepared: Prepared, given: Circumstances, clock: Days, places: PlacesLike | None) -> None:
        self.prepared, self.given, self.clock, self.places = prepared, given, clock, places
        self.items = prepared.items
        self.answers = {code: value for code, value in given.answers.items() if value not in (None, "")}
        self.env = environment(prepared, given)
        self.truth = weigh(prepared.compiled, self.env, given.start, given.pending)
        self.states = self.standing()
        self.live = [i for i, state in enumerate(self.states) if state.state in ("in", "maybe")]
        self.put_off = [i for i in self.live if self.is_put_off(i)]
        self.main = [i for i in self.live if i not in self.put_off]
        self.number = {item: n for n, item in enumerate(self.main)}
        self.online = given.channel in ONLINE and given.channel in (prepared.event.channels or ("resident",))
        self.papers: dict[tuple[str, str], int] = {}
        self.fields: dict[str, int] = {}
        self.place_bits: dict[str, int] = {}

    def holdings(self, person: str) -> Holdings:
        """What can be had of a person."""
        return self.given.known.people.get(person, _NOTHING)

    def is_put_off(self, i: int) -> bool:
        """Whether the item leaves the way now (甩项后置)."""
        entry = self.items[i].entry
        return entry.deferrable is not None and entry.item not in self.given.insist

    def standing(self) -> list[PlanItem]:
        """How all items stand. What another item of the plan will tell (a number that it gives) is not taken for missing, so
        items that ask for it may join; each joins once, so this ends."""
        told: dict[int, frozenset[str]] = {}
        judged = [self.state(i, frozenset()) for i in range(len(self.items))]
        while True:
            states = self.blocked(judged)
            live = (i for i, state in enumerate(states) if state.state in ("in", "maybe"))
            found = {i: gives for i in live if (gives := self.items[i].gives.difference(self.env))}
            if found.keys() <= told.keys():
                return states
            told |= found
            # Only what is out may come in by what is told.
            for i, state in enumerate(judged):
                if state.state in ("not_applicable", "not_eligible"):
                    judged[i] = self.state(i, frozenset().union(*(gives for k, gives in told.items() if k != i)))

    def blocked(self, states: list[PlanItem]) -> list[PlanItem]:
        """What begins only after an item that this person cannot get cannot begin, unless its result is there already."""
        numbers = self.prepared.numbers
        while True:
            found = list(states)
            for i, (term, state) in enumerate(zip(self.items, states, strict=True)):
                if state.state not in ("in", "maybe"):
                    continue
                for after in term.entry.after:
                    k = numbers.get(after.item, -1)
                    if k >= 0 and states[k].state in ("not_eligible", "blocked") and not self.has(k):
                        found[i] = msgspec.structs.replace(state, state="blocked", asks=(), behind=after.item)
                        break
            if found == states:
                return states
            states = found

    def has(self, i: int) -> bool:
        """Whether the result of the item is there from earlier: decided before, or its e-licence is held."""
        term = self.items[i]
        held = self.holdings(term.entry.of)
        return term.entry.item in held.results or bool(term.issues & set(held.credentials))

    def state(self, i: int, told: frozenset[str]) -> PlanItem:
        """How one item stands in this situation; ``told`` is what other items of the plan will tell."""
        term = self.items[i]
        entry, version = term.entry, term.version

        def found(state: Any, failing: tuple[Failing, ...] = (), asks: tuple[str, ...] = ()) -> PlanItem:
            return PlanItem(
                entry.item, version.version, entry.of, entry.why, state, failing, asks, entry.optional
            )  # fmt: skip

        when = self.holds(term.when, told)
        if when is False:
            return found("not_applicable")
        if self.given.chosen is not None and entry.item not in self.given.chosen:
            return found("not_chosen")
        failing: list[Failing] = []
        open_tests = [term.when] if when is None else []
        for condition, test in term.conditions:
            value = self.holds(test, told)
            if value is False:
                failing.append(Failing(condition, version.law_of(condition.law)))
            elif value is None:
                open_tests.append(test)
        if failing:
            return found("not_eligible", tuple(failing))
        return found("maybe", (), self.asks(open_tests)) if open_tests else found("in")

    def holds(self, test: int, told: frozenset[str]) -> bool | None:
        """What a test comes to; one that fails only because something is not known yet that will be told is open."""
        value = self.truth[test]
        if value is False and told and not told.isdisjoint(self.prepared.asked[test]):
            return weigh((self.prepared.compiled[test],), self.env, self.given.start, told | self.given.pending)[0]
        return value

    def asks(self, tests: list[int]) -> tuple[str, ...]:
        """The elements without a value that these tests wait for, each once."""
        env, asked = self.env, self.prepared.asked
        return tuple(dict.fromkeys(code for test in tests for code in asked[test] if code not in env))

    def home(self, i: int) -> str:
        """Where an item that is bound to a place belongs: its home center, or the element that will tell; "" = anywhere."""
        term = self.items[i]
        if not term.place_key:
            return ""
        division = self.env.get(term.place_key)
        if division is None or self.places is None:
            return term.place_key
        center = self.places.center_of(str(division))
        return center.code if center else term.place_key

    def transfer_days(self, i: int) -> int:
        """Working days until a case received elsewhere is at its home center; none for what is sent there online."""
        version: ItemVersion = self.items[i].version
        if version.scope not in ("split", "settle_home") or self.given.channel != "window" or not self.given.center:
            return 0
        home = self.home(i)
        return version.limits.transfer_days if home.isdigit() and home != self.given.center else 0


def environment(prepared: Prepared, given: Circumstances) -> dict[str, Any]:
    """All values that conditions may look at: constants of the event, what is known, what was answered (it goes last)."""
    env = dict(prepared.constants)
    elements = prepared.registry.elements
    for code, known in given.known.values.items():
        # Consents and statements of the day are asked each time, whatever is on record.
        if known.value not in (None, "") and not (code in elements and elements[code].reuse == "never"):
            env[code] = known.value
    for code, value in given.answers.items():
        if value not in (None, ""):
            env[code] = value
    return env
