"""The papers of a plan: for each material of each person the ways that are open here, what the exact choice has to settle,
and what came of it. What is known is never asked for; what an item of the plan issues is waited for, not brought."""

from collections.abc import Collection
from typing import NamedTuple

from tongban.domain.material import Alternative
from tongban.domain.plan import PaperState, PlanPaper, Saving
from tongban.domain.plan_choice import LATER, Choice, Need
from tongban.domain.plan_desk import Desk
from tongban.domain.plan_form import Form
from tongban.domain.prepared import PaperTerm


class _Way(NamedTuple):
    """A way that is open: its kind, the alternative, and the number of the item, field or paper it takes."""

    kind: PaperState
    by: Alternative | None
    number: int
    seen: bool = False


class Use:
    """One paper of one item: how it is settled; ``ways`` while that is open, best first."""

    __slots__ = ("by", "item", "maker", "maybe", "need", "seen", "state", "term", "ways")

    def __init__(self, item: int, term: PaperTerm, maybe: bool) -> None:
        self.item, self.term, self.maybe = item, term, maybe
        self.state: PaperState = "paper"
        self.by: Alternative | None = None
        self.maker = -1
        self.seen = False
        self.ways: list[_Way] = []
        self.need: Need | None = None


class Papers:
    """The papers while the plan is made; ``visit_bits`` say which visit shows a paper of an item."""

    def __init__(self, desk: Desk, form: Form, visit_bits: list[int]) -> None:
        self.desk, self.form = desk, form
        self.uses: list[Use] = []
        # papers that have no other way, as a mask of their numbers, and the visits that show them
        self.brought = self.visits = 0
        self._had: dict[str, dict[str, Collection[str]]] = {}
        for i in desk.live:
            for term in desk.items[i].papers:
                needed = desk.truth[term.test]
                if needed is not False:
                    self.uses.append(self._use(i, term, needed is None, visit_bits[i]))

    def had(self, person: str) -> dict[str, Collection[str]]:
        """What is there of a person, by the kind of way that it opens."""
        found = self._had.get(person)
        if found is None:
            held = self.desk.holdings(person)
            found = self._had[person] = {
                "credential": held.credentials, "check": held.checks, "result": held.results, "declaration": self.form.users,
            }  # fmt: skip
        return found

    def _use(self, i: int, term: PaperTerm, maybe: bool, bit: int) -> Use:
        use = Use(i, term, maybe)
        if self._free(use):
            return use
        if i not in self.desk.number:
            # An item put off: its papers come with it, and the results of the others are there by then.
            maker = next((k for makers in term.makers for k in makers if k in self.desk.number), -1)
            use.state, use.maker = ("result", maker) if maker >= 0 else ("later", -1)
            sent = any(way.paper and not seen for way, seen in zip(term.ways, term.seen, strict=True))
            use.seen = maker < 0 and any(term.seen) and not sent
            return use
        self._open(use, bit)
        return use

    def _free(self, use: Use) -> bool:
        """Settle it by the first way that costs nothing at all."""
        desk, term = self.desk, use.term
        had = self.had(term.of)
        for state, code, way in term.free:
            if code in had[state]:
                use.state, use.by = state, way
                return True
        if not desk.put_off or use.item not in desk.number:
            return False
        for way, makers in zip(term.ways, term.makers, strict=True):
            late = next((k for k in makers if k in desk.put_off), None)
            if late is not None:
                # The promise to do that item later stands in for its result.
                use.state, use.by, use.maker = "later", way, late
                return True
        return False

    def _open(self, use: Use, bit: int) -> None:
        desk, term = self.desk, use.term
        number = desk.papers.setdefault((term.of, term.material), len(desk.papers)) if term.paper >= 0 else -1
        seen = number >= 0 and term.seen[term.paper]
        tolerated = term.need.tolerated_days > 0 and not term.need.key
        if term.plain and number >= 0 and not tolerated:
            use.by, use.seen = term.ways[term.paper], seen
            self.brought |= 1 << number
            self.visits |= bit if seen else 0
            return
        makers: list[int] = []
        fields: list[int] = []
        if not term.plain:
            self._others(use, makers, fields)
        paper = _Way("paper", term.ways[term.paper], number, seen) if number >= 0 else None
        follow = -1
        if paper is not None:
            use.ways.append(paper)
            if tolerated:
                follow = LATER if paper.seen else 0
                use.ways.append(_Way("follow", paper.by, follow, paper.seen))
        use.need = Need(
            desk.number[use.item], tuple(makers), tuple(fields),
            paper.number if paper else -1, bit if paper and paper.seen else 0, follow,
        )  # fmt: skip

    def _others(self, use: Use, makers: list[int], fields: list[int]) -> None:
        """The ways other than the paper itself: results of the plan and declarations."""
        desk, term = self.desk, use.term
        for way, results in zip(term.ways, term.makers, strict=True):
            for k in results:
                if k in desk.number:
                    makers.append(desk.number[k])
                    use.ways.append(_Way("result", way, k))
            if way.declaration:
                number = desk.fields.setdefault(way.declaration, len(desk.fields))
                fields.append(number)
                use.ways.append(_Way("declaration", way, number))

    def needs(self) -> list[Need]:
        """What the choice has to settle."""
        return [use.need for use in self.uses if use.need is not None]

    def settle(self, choice: Choice) -> list[tuple[int, int]]:
        """Take the best way that the choice leaves open, for each; returns the results used as (maker, item)."""
        number, used = self.desk.number, []
        for use in self.uses:
            if use.need is None:
                continue
            for way in use.ways:
                if (
                    (way.kind == "result" and choice.usable(number[way.number], number[use.item]))
                    or (way.kind == "declaration" and choice.fields >> way.number & 1)
                    or (way.kind == "paper" and choice.papers >> way.number & 1)
                    or (way.kind == "follow" and not way.number & ~choice.visits)
                ):
                    use.state, use.by, use.seen = way.kind, way.by, way.seen
                    if way.kind == "result":
                        use.maker = way.number
                        used.append((way.number, use.item))
                    elif way.kind == "follow":
                        use.maker = self._comes_by_itself(use, choice)
                    break
        return used

    def _comes_by_itself(self, use: Use, choice: Choice) -> int:
        """The item that issues in time what was promised, so that nobody has to think of it; -1 when none does."""
        number, days = self.desk.number, use.term.need.tolerated_days
        latest = choice.begins[number[use.item]] + days
        makers = (k for each in use.term.makers for k in each if k in number)
        return next((k for k in makers if choice.ends[number[k]] <= latest), -1)

    def declared(self) -> list[str]:
        """Declarations that the plan adds to the form, each once."""
        new = (use.by.declaration for use in self.uses if use.state == "declaration" and use.by is not None)
        return [d for d in dict.fromkeys(new) if d not in self.form.users]

    def papers(self) -> tuple[PlanPaper, ...]:
        """The papers as the plan shows them: one line for a material of a person and a way."""
        items, lines = self.desk.items, dict[tuple[str, str, str, int], list[Use]]()
        for use in self.uses:
            lines.setdefault((use.term.of, use.term.material, use.state, use.maker), []).append(use)
        found = []
        for (of, material, state, maker), uses in lines.items():
            asked, original, key, maybe, days = [], False, False, True, 0
            for use in uses:
                need = use.term.need
                asked.append(items[use.item].entry.item)
                original, key, maybe = original or use.seen, key or need.key, maybe and use.maybe
                if state == "follow":
                    days = min(days, need.tolerated_days) if days else need.tolerated_days
            found.append(
                PlanPaper(
                    material, of, state, tuple(asked), uses[0].by,  # type: ignore[arg-type]
                    items[maker].entry.item if maker >= 0 else "", original, key, days, maybe,
                )
            )  # fmt: skip
        return tuple(found)

    def savings(self) -> list[Saving]:
        """Why each paper of each item is not brought, but for the first use of what is."""
        items, brought, found = self.desk.items, dict[tuple[str, str], str](), list[Saving]()
        for use in self.uses:
            code, key = items[use.item].entry.item, (use.term.of, use.term.material)
            if use.state == "paper":
                if key in brought:
                    found.append(Saving("paper", code, use.term.material, "twice", brought[key]))
                brought.setdefault(key, code)
                continue
            by = use.by
            name = by.credential or by.check or by.declaration if by else ""
            if use.maker >= 0:
                name = items[use.maker].entry.item
            elif use.state == "result" and by is not None:
                name = by.result
            because = "by_itself" if use.state == "follow" and use.maker >= 0 else use.state
            found.append(Saving("paper", code, use.term.material, because, name))
        found += [Saving("field", "", code, "declaration", "", -1) for code in self.declared()]
        return found
