"""The order of a plan: the steps as a graph on the working-day calendar, which of them the plan is as long as (the critical
path), what is put off, and where the days and the links of doing it one by one have gone."""

import datetime as dt

from tongban.domain.item import Step
from tongban.domain.life_event import SELF
from tongban.domain.plan import PlanStep, PlanVisit, Promise, Saving
from tongban.domain.plan_choice import Choice
from tongban.domain.plan_desk import Desk


class Order:
    """When each item begins and ends (days after the start), by item number; ``before`` are those it waits for."""

    def __init__(self, desk: Desk, choice: Choice, results: list[tuple[int, int]]) -> None:
        self.desk = desk
        self.begins = {i: choice.begins[n] for i, n in desk.number.items()}
        self.ends = {i: choice.ends[n] for i, n in desk.number.items()}
        self.last = max(self.ends.values(), default=0)
        self.before: dict[int, dict[int, int]] = {i: {} for i in desk.live}
        for i, k, wait in edges(desk):
            self.before[k][i] = wait
        for maker, i in results:
            self.before[i].setdefault(maker, 0)
        self.days = {i: desk.items[i].days + desk.transfer_days(i) for i in desk.live}
        self._put_off()
        self.chain = self._chain()

    def _put_off(self) -> None:
        """Items put off begin when the rest is done, in their own order."""
        desk, left = self.desk, list(self.desk.put_off)
        while left:
            ready = [i for i in left if not any(k in left for k in self.before[i])] or left
            for i in ready:
                begin = max((self.ends[k] + wait for k, wait in self.before[i].items() if k in self.ends), default=0)
                self.begins[i] = max(self.last, begin)
                self.ends[i] = desk.clock.add(self.begins[i], self.days[i])
            left = [i for i in left if i not in ready]

    def _chain(self) -> list[int]:
        """The critical path, from the item that ends last back to one that begins at once."""
        main = self.desk.main
        chain = [max(main, key=lambda i: (self.ends[i], self.days[i]))] if main else []
        while chain:
            i = chain[-1]
            tight = (
                k
                for k, wait in self.before[i].items()
                if k in self.desk.number and self.ends[k] + wait == self.begins[i]
            )
            found = next((k for k in tight if self.begins[i] or k not in chain), None)
            if found is None or found in chain:
                return chain
            chain.append(found)
        return chain

    @property
    def working_days(self) -> int:
        """The length of the plan."""
        return self.desk.clock.working(self.last)

    def promises(self) -> tuple[Promise, ...]:
        """What is put off, until when and what happens otherwise."""
        found = []
        for i in self.desk.put_off:
            entry = self.desk.items[i].entry
            assert entry.deferrable is not None
            until = self.desk.clock.date(self.last) + dt.timedelta(days=entry.deferrable.until_days)
            found.append(Promise(entry.item, until, entry.deferrable))
        return tuple(found)

    def steps(self, visits: tuple[PlanVisit, ...]) -> tuple[PlanStep, ...]:
        """The graph: applying and visits of the person, the work of departments, payments, what comes at the end."""
        if not self.desk.live:
            return ()
        found = [self._step("apply", "apply", "", SELF, 0, 0, (), bool(self.chain))]
        shown: dict[str, str] = {}
        for n, visit in enumerate(visits):
            if visit.when == "start":
                key = f"visit/{n}"
                found.append(self._step(key, "visit", "", SELF, 0, 0, ("apply",), False))
                shown |= {item: key for item, _ in visit.because}
        for i in sorted(self.desk.live, key=lambda i: (self.begins[i], self.ends[i], i)):
            found += self._item(i, shown)
        for visit in visits:
            if visit.when == "later":
                items = [self.desk.prepared.numbers[item] for item, _ in visit.because]
                day = max(self.ends[i] for i in items)
                after = tuple(dict.fromkeys(self.desk.items[i].entry.item for i in items))
                found.append(self._step("later", "later", "", SELF, day, day, after, False))
        return tuple(found)

    def _item(self, i: int, shown: dict[str, str]) -> list[PlanStep]:
        term = self.desk.items[i]
        code, items = term.entry.item, self.desk.items
        after = tuple(items[k].entry.item for k in self.before[i]) or (shown.get(code, "apply"),)
        kind = "handle" if i in self.desk.number else "deferred"
        begin, end = self.begins[i], self.ends[i]
        found = [self._step(code, kind, code, term.version.item.department, begin, end, after, i in self.chain)]
        decided = False
        for n, step in term.own_steps:
            decided = decided or self._after_decision(i, n)
            day = end if decided else begin
            name = "pay" if step.step == "pay" else "attend"
            waits = (code,) if decided else after
            found.append(self._step(f"{code}/{n}", name, code, SELF, day, day, waits, False, step))
        return found

    def _after_decision(self, i: int, n: str) -> bool:
        return any(step.step == "decide" for step in self.desk.items[i].version.process[: int(n)])

    def _step(
        self, key: str, kind: str, item: str, who: str, begin: int, end: int, after: tuple[str, ...], critical: bool,
        step: Step | None = None,
    ) -> PlanStep:  # fmt: skip
        clock = self.desk.clock
        return PlanStep(
            key, kind, item, who, clock.date(begin), clock.date(end), clock.working(begin), clock.working(end), after, critical,  # type: ignore[arg-type]
            step.text if step else None,
        )  # fmt: skip

    def savings(self) -> list[Saving]:
        """Where the days of doing it one after the other have gone; waiting and handing over cost some of them again."""
        items, found, spent = self.desk.items, list[Saving](), 0
        for i in self.desk.live:
            code, alone = items[i].entry.item, items[i].version.limits.promised_days
            if i in self.chain:
                spent += self.days[i]
                if shorter := alone - items[i].days:
                    found.append(Saving("day", code, "", "shorter", "", shorter))
                if transfer := self.days[i] - items[i].days:
                    found.append(Saving("day", code, "", "transfer", "", -transfer))
            elif alone:
                because = "meanwhile" if i in self.desk.number else "put_off"
                found.append(Saving("day", code, "", because, "", alone))
        if wait := self.working_days - spent:
            found.append(Saving("day", "", "", "wait", "", -wait))
        return found


def edges(desk: Desk) -> list[tuple[int, int, int]]:
    """The fixed order among the items composed: (before, after, calendar days between). Nobody waits for what is put off."""
    found = []
    for i in desk.live:
        for after in desk.items[i].entry.after:
            k = desk.prepared.numbers.get(after.item, -1)
            if k in desk.number or (k in desk.put_off and i in desk.put_off):
                found.append((k, i, after.wait_days))
    return found


def link_savings(desk: Desk, visits: tuple[PlanVisit, ...]) -> list[Saving]:
    """Why each step in which the person took part is none any more; one application and one end are left."""
    found: list[Saving] = []
    later = {item for visit in visits if visit.when == "later" for item, _ in visit.because}
    applied = ended = ""
    for i in desk.live:
        term = desk.items[i]
        code = term.entry.item
        for n, step in term.links:
            if (n, step) in term.own_steps:
                continue
            if step.step == "receive":
                found += [Saving("link", code, n, "one_application", applied)] if applied else []
                applied = applied or code
            elif step.step == "deliver":
                if code not in later:
                    found.append(Saving("link", code, n, "sent" if term.mailed else "at_once"))
                else:
                    found += [Saving("link", code, n, "together", ended)] if ended else []
                    ended = ended or code
            else:
                found.append(Saving("link", code, n, "without_you"))
    if desk.live and not applied:
        found.append(Saving("link", "", "", "one_application", "", -1))
    if later and not ended:
        found.append(Saving("link", "", "", "later", "", -1))
    return found
