"""From a plan to the parts of a mother case: which items, what each waits for, from when to when, and what will come by itself so
that nobody is asked for it now."""

from collections.abc import Iterator

import msgspec

from tongban.domain.event_intake import EventIntake
from tongban.domain.event_part import EventForm, PutOff, paper_name
from tongban.domain.mother import Need, Part
from tongban.domain.plan import Circumstances, Plan, PlanItem
from tongban.domain.plan_desk import environment
from tongban.domain.prepared import Prepared
from tongban.domain.refusals import Problem, Refused
from tongban.domain.situation import weigh
from tongban.domain.text import Text


def parts(prepared: Prepared, plan: Plan) -> tuple[Part, ...]:
    """The parts, in the order in which they begin."""
    steps = {step.item: step for step in plan.steps if step.kind in ("handle", "deferred") and step.key == step.item}
    until = {promise.item: promise.until for promise in plan.deferred}
    found = []
    for one in plan.items:
        if one.item in steps and one.state in ("in", "maybe"):
            step = steps[one.item]
            needs = _needs(prepared, plan, one.item, set(steps))
            found.append(
                (step.start_day, Part(one.item, one.version, step.start, step.end, one.of, needs, until.get(one.item)))
            )
    return tuple(part for _, part in sorted(found, key=lambda pair: (pair[1].deferred_until is not None, pair[0])))


def _needs(prepared: Prepared, plan: Plan, item: str, composed: set[str]) -> tuple[Need, ...]:
    entry = prepared.items[prepared.numbers[item]].entry
    found: dict[tuple[str, bool], Need] = {}
    later = {promise.item for promise in plan.deferred}
    if item not in later:
        # The promise to do an item later stands in for it: what is done now does not wait for that.
        composed = composed - later
    for after in entry.after:
        if after.item in composed:
            found[after.item, False] = Need(after.item, after.wait_days)
    for maker in _makers(plan, item):
        if maker in composed and maker != item:
            found[maker, True] = Need(maker, paper=True)
    return tuple(found.values())


def _makers(plan: Plan, item: str) -> Iterator[str]:
    """The items whose result this one wants as a paper or as a value."""
    for paper in plan.papers:
        if paper.state == "result" and item in paper.items:
            yield paper.result_of
    for field in plan.form:
        if field.source == "result" and item in field.items:
            yield field.by


def comes_by_itself(plan: Plan) -> dict[str, set[str]]:
    """By item, the pointers of the one form and the one set of papers that results of earlier parts will satisfy."""
    found: dict[str, set[str]] = {}
    for field in plan.form:
        for item in field.items if field.source == "result" else ():
            found.setdefault(item, set()).add(f"/answers/{field.element}")
    for paper in plan.papers:
        for item in paper.items if paper.state == "result" else ():
            found.setdefault(item, set()).add(f"/papers/{paper_name(paper.of, paper.material)}")
    return found


def promised(plan: Plan) -> tuple[str, ...]:
    """The papers that follow by this plan: whoever submits it promises them. What is put off brings its papers when its turn comes."""
    follow = (p for p in plan.papers if p.state == "follow" or (p.state == "later" and p.result_of))
    return tuple(dict.fromkeys(paper_name(p.of, p.material) for p in follow))


def put_off(plan: Plan) -> tuple[PutOff, ...]:
    """The papers for which the promise to do a later item stands in (甩项后置)."""
    until = {promise.item: promise.until for promise in plan.deferred}
    return tuple(
        PutOff(item, paper_name(paper.of, paper.material), until[paper.result_of])
        for paper in plan.papers
        if paper.state == "later" and paper.result_of in until
        for item in paper.items
    )


def must_be_answered(prepared: Prepared, plan: Plan, given: Circumstances) -> None:
    """Refused ``event.unanswered`` when whether an item applies depends on a question nobody has answered; who does not know the
    answer says so, and the department judges. What an earlier item brings, and what is not asked after the other answers, is no
    question that anybody could answer now."""
    told = (
        given.unsure | given.known.values.keys() | {c for c, value in given.answers.items() if value not in (None, "")}
    )
    askable = _askable(prepared, given) - told
    asked = dict.fromkeys(code for one in plan.items for code in _open(plan, one) if code in askable)
    if asked:
        elements = prepared.registry.elements
        problems = tuple(
            Problem(
                "event.question_open",
                Text(f"请先回答“{elements[code].name.zh}”,不清楚也可以说明", f"Please answer, or say that you do not know: {elements[code].name.en}"),
                f"/answers/{code}",
            )
            for code in asked if code in elements
        )  # fmt: skip
        raise Refused(
            "event.unanswered",
            f"还有{len(asked)}个问题没有回答,它们决定要办哪些事项",
            f"{len(asked)} questions are open that decide which items apply",
            pointer=f"/answers/{next(iter(asked))}",
            problems=problems,
        )


def _askable(prepared: Prepared, given: Circumstances) -> frozenset[str]:
    """The elements of the questions that are put after what was answered so far."""
    truth = weigh(prepared.compiled, environment(prepared, given), given.start, given.pending)
    questions = zip(prepared.event.questions, prepared.questions, strict=True)
    return frozenset(question.element for question, test in questions if truth[test] is not False)


def _open(plan: Plan, one: PlanItem) -> tuple[str, ...]:
    if one.state != "maybe":
        return ()
    brought = {field.element for field in plan.form if field.source == "result" and one.item in field.items}
    return tuple(code for code in one.asks if code not in brought)


def said(intake: EventIntake) -> frozenset[str]:
    """The elements of which the person said something, if only that they do not know."""
    return frozenset(code for code, value in intake.answers.items() if value not in (None, "")) | frozenset(
        intake.unsure
    )


def papers_asked(prepared: Prepared) -> frozenset[str]:
    """Every paper that the event can ask for, whatever is answered, by its name (``material``, ``person.material`` for others)."""
    return frozenset(paper_name(paper.of, paper.material) for term in prepared.items for paper in term.papers)


def must_be_of_event(prepared: Prepared, intake: EventIntake) -> None:
    """Every answer, paper and item is one that the event can ask for; all that are not are told at once. A paper that only other
    answers would ask for is no error: it was asked for when it was named, and is kept in case they change again."""
    problems = [
        Problem("form.unknown_field", Text("表单中没有这一项", "The form has no such field"), f"/answers/{code}")
        for code in (*intake.answers, *intake.unsure) if code not in prepared.registry.elements
    ]  # fmt: skip
    asked = papers_asked(prepared)
    named = (*intake.declarations, *intake.follow, *intake.at_counter)
    handed = (paper_name(one.of, one.paper.material) for one in intake.papers)
    problems += [
        Problem(
            "paper.not_asked", Text("这件事不需要这份材料", "This event does not ask for this paper"), f"/papers/{name}", _LOOK_AGAIN
        )
        for name in dict.fromkeys((*handed, *named)) if name not in asked
    ]  # fmt: skip
    problems += [
        Problem("event.no_such_item", Text("这件事里没有这个事项", "The event has no such item"), f"/items/{code}")
        for code in (*(intake.chosen or ()), *intake.insist) if code not in prepared.numbers
    ]  # fmt: skip
    if problems:
        first = problems[0]
        raise Refused(first.code, first.text.zh, first.text.en, pointer=first.pointer, problems=tuple(problems))


_LOOK_AGAIN = Text(
    "请打开“交材料”看一遍要哪些材料,保存后再提交,其他内容都保留着",
    "Open “Papers”, see which are asked for and save; everything else is kept",
)


def must_have_parts(parts: tuple[Part, ...]) -> None:
    """Refused ``event.nothing`` when no item of the event can be done for this person."""
    if not parts:
        raise Refused(
            "event.nothing",
            "按目前的回答,这件事没有可以办理的事项。请核对回答,或到窗口咨询",
            "By these answers nothing of this life event can be done: check them, or ask at a counter",
            pointer="/answers",
        )


def amended(form: EventForm, more: EventIntake) -> EventForm:
    """The one form with what the person adds: a later answer or paper takes the place of an earlier one, nothing else is lost."""
    before, new = form.intake, {(one.of, one.paper.material) for one in more.papers}
    intake = msgspec.structs.replace(
        before,
        answers=before.answers | more.answers,
        papers=tuple(one for one in before.papers if (one.of, one.paper.material) not in new) + more.papers,
        declarations=tuple(dict.fromkeys(before.declarations + more.declarations)),
        follow=tuple(dict.fromkeys(before.follow + more.follow)),
        at_counter=more.at_counter or before.at_counter,
        center=more.center or before.center,
    )
    return msgspec.structs.replace(form, intake=intake)
