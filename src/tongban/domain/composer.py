"""Composes the plan of a life event: pure, from the event made ready, what was answered and what is known. The stages work on
one desk; the exact choice stands in the middle, so that no stage takes what looks best to it alone."""

import msgspec

from tongban.domain.calendar import Calendar
from tongban.domain.jurisdiction import PlacesLike
from tongban.domain.plan import Circumstances, Counts, Plan, PlanVisit, Saving
from tongban.domain.plan_choice import Choice, Problem, choose
from tongban.domain.plan_days import days_from
from tongban.domain.plan_desk import Desk
from tongban.domain.plan_form import Form
from tongban.domain.plan_papers import Papers
from tongban.domain.plan_steps import Order, edges, link_savings
from tongban.domain.plan_visits import Visits
from tongban.domain.prepared import Prepared
from tongban.domain.refusals import Refused


def compose(
    prepared: Prepared, circumstances: Circumstances, calendar: Calendar, places: PlacesLike | None = None
) -> Plan:
    """The plan for these circumstances. Raises Refused ``plan.no_way`` when items wait for each other in a circle, which the
    check of the catalog does not let pass."""
    desk = Desk(prepared, circumstances, days_from(calendar, circumstances.start), places)
    form = Form(desk)
    visiting = Visits(desk)
    papers = Papers(desk, form, visiting.bits)
    choice = _choice(desk, form, papers, visiting)
    results = [*form.settle(choice), *papers.settle(choice)]
    visits, not_made = visiting.settle(papers, choice)
    order = Order(desk, choice, results)
    savings = [*link_savings(desk, visits), *form.savings(), *papers.savings(), *not_made, *order.savings()]
    end = desk.clock.date(order.last)
    terms = [desk.items[i] for i in desk.live]
    event = prepared.event
    return Plan(
        event.code, circumstances.start, end, calendar.provisional_between(circumstances.start, end), tuple(desk.states),
        form.fields(), papers.papers(), visits, order.steps(visits),
        _before(desk, form, papers), _after(desk, form, papers, visits, order), tuple(savings), order.promises(),
        tuple((term.entry.item, fee) for term in terms for fee in term.version.fee or ()),
        tuple(result for term in terms for result in term.results),
        tuple(r for r in event.theme if any(term.entry.item == r.on for term in terms)),
    )  # fmt: skip


def _choice(desk: Desk, form: Form, papers: Papers, visiting: Visits) -> Choice:
    problem = Problem(
        tuple(desk.items[i].days + desk.transfer_days(i) for i in desk.main),
        tuple((desk.number[k], desk.number[i], wait) for k, i, wait in edges(desk) if i in desk.number),
        (*form.needs(), *papers.needs()),
        visiting.forced(papers) | papers.visits,
        desk.clock,
        papers.brought,
    )
    found = choose(problem)
    if found is None:
        names = "、".join(desk.items[i].version.name.zh for i in desk.main)
        raise Refused(
            "plan.no_way",
            f"“{desk.prepared.event.name.zh}”的事项互相等待,排不出先后:{names}",
            "The items of this life event wait for each other in a circle",
            event=desk.prepared.event.code,
        )
    return found


def _before(desk: Desk, form: Form, papers: Papers) -> Counts:
    """The same one by one: nothing shared, nothing fetched, nothing at the same time."""
    terms = [desk.items[i] for i in desk.live]
    return Counts(
        items=len(terms),
        links=sum(len(term.links) for term in terms),
        forms=len(form.own_forms),
        fields=form.uses(),
        papers=len(papers.uses),
        visits=sum(len(term.causes) for term in terms),
        days=sum(term.version.limits.promised_days for term in terms),
    )


def _after(desk: Desk, form: Form, papers: Papers, visits: tuple[PlanVisit, ...], order: Order) -> Counts:
    if not desk.live:
        return Counts()
    own = sum(len(desk.items[i].own_steps) for i in desk.live)
    typed = form.typed() + len(papers.declared())
    return Counts(
        items=len(desk.live),
        links=1 + own + any(visit.when == "later" for visit in visits),
        forms=1 if form.own_forms else 0,
        fields=typed,
        papers=len({(use.term.of, use.term.material) for use in papers.uses if use.state == "paper"}),
        visits=len(visits),
        days=order.working_days,
    )


def unaccounted(plan: Plan) -> dict[str, int]:
    """What the savings do not explain, by unit; empty for every plan (the tests insist)."""
    saved: dict[str, int] = {}
    for saving in plan.savings:
        saved[saving.unit] = saved.get(saving.unit, 0) + saving.count
    before, after = msgspec.structs.asdict(plan.before), msgspec.structs.asdict(plan.after)
    units = ("link", "form", "field", "paper", "visit", "day")
    gaps = {unit: before[f"{unit}s"] - after[f"{unit}s"] - saved.get(unit, 0) for unit in units}
    return {unit: gap for unit, gap in gaps.items() if gap}


__all__ = ["Saving", "compose", "unaccounted"]
