"""The visits of a plan: which cannot be avoided, which several items share, and why each of the others is not made. One
visit to any center serves all that any center may see; what is bound to a place or comes at the end is another."""

from typing import Literal

from tongban.domain.item import Cause
from tongban.domain.plan import PlanVisit, Saving
from tongban.domain.plan_choice import LATER, PLACES, START, Choice
from tongban.domain.plan_desk import Desk
from tongban.domain.plan_papers import Papers

_Because = list[tuple[str, Cause | Literal["follow", "window"]]]


class Visits:
    """The visits while the plan is made. ``bits``: which visit shows something at the beginning of an item."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        # Whoever stands in a center is in no other: going on to a home center is one visit more.
        self.places: list[str] = [desk.given.center] if desk.given.channel == "window" and desk.given.center else []
        self.here = 1 << PLACES if self.places else START
        self.bits = [self._bit(i) if i in desk.number else 0 for i in range(len(desk.items))]

    def _bit(self, i: int) -> int:
        home = self.desk.home(i) if self.desk.items[i].version.scope == "local" else ""
        if not home:
            return START
        if home not in self.places:
            self.places.append(home)
        return 1 << PLACES + self.places.index(home)

    def bit(self, i: int, cause: Cause, papers: Papers) -> int:
        """The visit that this cause makes necessary; 0 when it is avoided or not for the choice to decide."""
        desk, term = self.desk, self.desk.items[i]
        if cause == "apply" and desk.online:
            return 0
        if cause == "collect" and term.mailed:
            return 0
        if cause == "elsewhere":
            return 0
        if i in desk.number:
            if cause == "papers":
                return 0
            return LATER if cause == "collect" and not self._at_once(i, papers) else self.bits[i]
        shown = any(use.item == i and use.state == "later" and use.seen for use in papers.uses)
        return LATER if cause != "papers" or shown else 0

    def _at_once(self, i: int, papers: Papers) -> bool:
        """Whether the result is there while the person stands at the counter: nothing that takes days comes before."""
        desk = self.desk
        before: dict[int, set[int]] = {}
        for use in papers.uses:
            before.setdefault(use.item, set()).update(way.number for way in use.ways if way.kind == "result")
        seen, look = set[int](), [i]
        while look:
            k = look.pop()
            if k in seen:
                continue
            seen.add(k)
            if desk.items[k].days or desk.transfer_days(k):
                return False
            after = (desk.prepared.numbers.get(a.item, -1) for a in desk.items[k].entry.after)
            look += [n for n in (*after, *before.get(k, ())) if n in desk.number]
        return True

    def forced(self, papers: Papers) -> int:
        """The visits that no choice avoids."""
        mask = self.here if self.desk.given.channel == "window" and self.desk.live else 0
        for i in self.desk.live:
            for cause in self.desk.items[i].causes:
                mask |= self.bit(i, cause, papers)
        for use in papers.uses:
            if use.state == "later" and use.seen:
                mask |= LATER
        return mask

    def settle(self, papers: Papers, choice: Choice) -> tuple[tuple[PlanVisit, ...], list[Saving]]:
        """The visits with what each is for, and why the others are not made."""
        made: dict[int, _Because] = {}
        elsewhere: list[tuple[str, str]] = []
        saved: list[Saving] = []
        shown = {use.item for use in papers.uses if use.state == "paper" and use.seen}
        for i in self.desk.live:
            term = self.desk.items[i]
            code = term.entry.item
            for cause in term.causes:
                bit = self.bits[i] if cause == "papers" and i in shown else self.bit(i, cause, papers)
                if cause == "elsewhere":
                    elsewhere.append((code, cause))
                elif not bit:
                    saved.append(Saving("visit", code, cause, _AVOIDED[cause]))
                else:
                    bit = self._shared(bit, choice.visits)
                    if made.setdefault(bit, []):
                        saved.append(Saving("visit", code, cause, "shared", made[bit][0][0]))
                    made[bit].append((code, cause))
        added = self._without_cause(papers, choice, made, shown)
        names = {1 << PLACES + n: place for n, place in enumerate(self.places)}
        visits = [
            PlanVisit("later" if bit == LATER else "start", names.get(bit, ""), tuple(made[bit]))
            for bit in sorted(made, key=lambda bit: (bit == LATER, bit))
        ]
        visits += [PlanVisit("elsewhere", code, ((code, "elsewhere"),)) for code, _ in elsewhere]
        return tuple(visits), [*saved, *added]

    def _shared(self, bit: int, mask: int) -> int:
        """What any center may see is shown where one must go anyway."""
        places = mask >> PLACES << PLACES
        return places & -places if bit == START and places else bit

    def _without_cause(
        self, papers: Papers, choice: Choice, made: dict[int, _Because], shown: set[int]
    ) -> list[Saving]:
        """Visits that no item has by itself: a paper that must be seen, one that follows, the person at the window."""
        items, added = self.desk.items, list[Saving]()

        def add(bit: int, code: str, cause: Cause | Literal["follow", "window"]) -> None:
            if bit not in made:
                made[bit] = []
                added.append(Saving("visit", code, cause, cause, "", -1))
            made[bit].append((code, cause))

        for i in sorted(shown):
            code, bit = items[i].entry.item, self._shared(self.bits[i], choice.visits)
            if (code, "papers") not in made.get(bit, ()):
                add(bit, code, "papers")
        for use in papers.uses:
            if use.state in ("follow", "later") and use.seen:
                add(LATER, items[use.item].entry.item, "follow")
        if self.desk.given.channel == "window" and self.desk.live:
            bit = self._shared(self.here, choice.visits)
            if bit not in made:
                add(bit, items[self.desk.live[0]].entry.item, "window")
        return added


# Why a visit is not made, by what it was for.
_AVOIDED: dict[Cause, str] = {
    "apply": "online", "papers": "nothing_to_show", "collect": "sent", "presence": "nothing_to_show",
    "elsewhere": "nothing_to_show",
}  # fmt: skip
