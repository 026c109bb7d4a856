"""What a plan says of a life event, in the rows of its page: each item and why it stands as it does, the figures before and after, and
every saving with its reason."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from tongban.domain.plan import Plan, PlanItem
from tongban.domain.plan_words import Words
from tongban.domain.prepared import Prepared
from tongban.domain.text import Text
from tongban.reads.event_guide import FIGURES, Figure
from tongban.registers.catalog import queries as catalog


class ItemRow(msgspec.Struct, frozen=True):
    """An item and how it stands: the verdict, why, by which law; whether it may be left out and was."""

    code: str
    name: Text
    why: Text
    whose: Text
    department: Text
    state: Literal["in", "maybe", "not_eligible", "blocked", "not_applicable", "not_chosen"]
    because: tuple[Text, ...]
    law: tuple[str, ...]
    optional: bool
    deferrable: bool
    deferred_until: dt.date | None
    consequence: Text
    scope_local: bool


class SavedGroup(msgspec.Struct, frozen=True):
    """What is saved of one unit, with the reason of each: (what, of which item, why, how many)."""

    name: Text
    before: int
    after: int
    rows: tuple[tuple[Text, Text, Text, int], ...]


def items_of(prepared: Prepared, plan: Plan, whose: Mapping[str, Text]) -> tuple[ItemRow, ...]:
    """The items of the event and how each stands."""
    departments = catalog.departments()
    elements = prepared.registry.elements
    promises = {promise.item: promise for promise in plan.deferred}
    found = []
    for state, term in zip(plan.items, prepared.items, strict=True):
        owner = departments[term.version.item.department]
        promise = promises.get(state.item)
        deferrable = term.entry.deferrable
        found.append(
            ItemRow(
                state.item, term.version.name, state.why, whose[state.of], owner.short if owner.short.zh else owner.name,
                state.state, _because(state, prepared, elements), tuple(f.law.cite() for f in state.failing if f.law),
                state.optional, deferrable is not None, promise.until if promise else None,
                deferrable.consequence if deferrable else Text(""), term.version.scope == "local",
            )
        )  # fmt: skip
    return tuple(found)


def _because(state: PlanItem, prepared: Prepared, elements: Any) -> tuple[Text, ...]:
    if state.state == "blocked":
        name = prepared.items[prepared.numbers[state.behind]].version.name
        return (Text(f"要先办成“{name.zh}”", f"it comes after: {name.en or name.zh}"),)
    if state.state == "not_eligible":
        return tuple(f.condition.text for f in state.failing)
    return tuple(elements[code].name for code in state.asks if code in elements)


def used_by(items: tuple[str, ...], words: Words) -> Text:
    """The names of the items that a field serves."""
    names = [words.item(item) for item in items]
    return Text("、".join(n.zh for n in names), ", ".join(n.en or n.zh for n in names))


def figures_of(plan: Plan) -> tuple[Figure, ...]:
    """Each figure, one by one and by this plan."""
    return tuple(Figure(name, getattr(plan.before, key), getattr(plan.after, key)) for _, key, name in FIGURES)


def saved_of(plan: Plan, words: Words) -> tuple[SavedGroup, ...]:
    """Every saving with its reason, by unit; those alike of one item stand together."""
    found = []
    for unit, key, name in FIGURES:
        rows: dict[tuple[str, str, str], list[Any]] = {}
        for saving in plan.savings:
            if saving.unit == unit:
                row = (words.thing(saving), words.item(saving.item) if saving.item else Text(""), words.why(saving))
                rows.setdefault((row[0].zh, row[1].zh, row[2].zh), [*row, 0])[3] += saving.count
        if rows:
            found.append(
                SavedGroup(
                    name, getattr(plan.before, key), getattr(plan.after, key), tuple(tuple(r) for r in rows.values())
                )
            )
    return tuple(found)
