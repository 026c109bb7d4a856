"""A whole life event handed in online: signing in, every page of questions, plan, form, papers and check as the door composes it,
saved at each step, and the submission that makes the mother case and the children that can start. One process, one core beside
its database; the events are those of the city with most items that may be handed in online. The floor is the same number of cases
received by themselves, each in one act with everything together, without a question asked or a plan shown.

    uv run python -m bench.submits [--quick]
"""

import statistics
import time
import uuid
from typing import Any

import click
import msgspec
from rich.table import Table

from bench import visitors
from bench.lab import Lab, console, load_average

EVENTS = 3
ROUNDS = 40


class Done(msgspec.Struct, frozen=True):
    """One person's way: seconds from signing in to the receipt, pages composed, saves, children started at once."""

    seconds: float
    pages: int
    saves: int
    children: int


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A smoke test: few people.")
@click.option("--people", default=120, show_default=True, help="How many hand in each event.")
def main(quick: bool, people: int) -> None:
    """Measure and print."""
    people = 5 if quick else people
    with Lab():
        from tongban.registers.catalog import queries as catalog

        table = Table(title=f"Life events handed in, one process (load {load_average()})")
        for head in ("event", "items", "pages", "saves", "children", "a second", "p50 ms", "p99 ms", "floor a second", "ratio"):  # fmt: skip
            table.add_column(head, justify="left" if head == "event" else "right")
        events = [e for e in catalog.life_events().values() if "resident" in e.channels and e.audience == "person"]
        chosen = sorted(events, key=lambda e: (-len(e.items), e.code))
        crowd = iter(_adults(people * len(chosen) + 40))
        shown = 0
        for event in chosen:
            if shown == EVENTS:
                break
            with console.status(f"{event.name.zh} …"):
                intake = _filled(event.code, next(crowd))
                if intake is None:
                    console.print(f"[dim]{event.name.zh}: nobody of the crowd could hand it in[/dim]")
                    continue
                done = [_whole(event.code, next(crowd), intake) for _ in range(people)]
            shown += 1
            each = sorted(one.seconds * 1000 for one in done[1:])
            children = statistics.mean(one.children for one in done)
            rate, floor = 1000 / statistics.mean(each), _floor(people) / max(1.0, children)
            table.add_row(
                event.name.zh, str(len(event.items)), f"{done[-1].pages}", f"{done[-1].saves}", f"{children:.1f}",
                f"{rate:.1f}", f"{statistics.median(each):.0f}", f"{statistics.quantiles(each, n=100)[98]:.0f}",
                f"{floor:.1f}", f"{rate / floor:.0%}",
            )  # fmt: skip
        console.print(table)


def _adults(count: int) -> list[Any]:
    from tongban.domain.person import identify
    from tongban.plumbing import clock
    from tongban.simulated import residents

    # Of one sex and about one age: what one of them could hand in, all can, and nobody types who they are over their card.
    made = residents.make(seed=77, n=count * 16)
    grown = [r for r in made if r.hukou_place and r.sex == "female" and 1970 < r.birth.year <= 1990]
    return [identify("citizen", r.name, r.number, today=clock.today()) for r in grown[:count]]


def _sign_in(identity: Any) -> tuple[Any, Any]:
    from tongban.domain.acting import Proof
    from tongban.flows import arrive
    from tongban.plumbing import clock

    now = clock.now()
    actor = arrive.of_identity(identity, arrive.online_center())
    return actor, arrive.sign_in(actor, identity, Proof(("pwd", "otp"), now), at=now)


def _filled(event: str, identity: Any) -> Any:
    """What this person hands in after doing what each refusal asks for; None when nothing helps."""
    from tongban.config.crowd import Crowd
    from tongban.config.settings.base import CITY_FOLDER
    from tongban.domain.event_intake import EventIntake
    from tongban.domain.refusals import Refused
    from tongban.flows import compose
    from tongban.plumbing import clock
    from tongban.registers.catalog import city
    from tongban.registers.catalog import queries as catalog

    rows = [row for row, _ in city.load(CITY_FOLDER).event_situations if row.given.event == event]
    row = next((r for r in rows if r.reference), rows[0] if rows else None)
    answers = {k: msgspec.to_builtins(v) for k, v in row.given.answers.items()} if row else {}
    crowd, elements = Crowd(CITY_FOLDER, 1, clock.today()), catalog.elements()
    center = next(iter(catalog.places().centers))
    intake = EventIntake(answers=answers, center=center)
    actor, here = _sign_in(identity)
    for _ in range(ROUNDS):
        try:
            compose.submit(
                actor, here.visit, event, intake, channel="resident", at=clock.now(), key=str(uuid.uuid4())
            )  # fmt: skip
        except Refused as refused:
            better = intake
            for problem in refused.problems:
                kind, _, code = problem.pointer.lstrip("/").partition("/")
                if kind == "answers" and code in elements:
                    value = crowd.value(elements[code], better.answers.get(code))
                    better = msgspec.structs.replace(better, answers={**better.answers, code: value})
                elif kind == "papers":
                    better = _handed(better, code)
            if better == intake:
                return None
            intake = better
        else:
            return intake
    return None


def _handed(intake: Any, code: str) -> Any:
    """One more way for a paper: declared where that is enough, else handed in, else shown at a counter."""
    from tongban.domain.event_intake import EventPaper
    from tongban.domain.handed_in import PaperIn
    from tongban.registers.catalog import queries as catalog

    of, _, material = code.rpartition(".")
    if code not in intake.declarations and any(way.declaration for way in catalog.materials()[material].satisfied_by):
        return msgspec.structs.replace(intake, declarations=(*intake.declarations, code))
    paper = EventPaper(PaperIn(material, "original", "C"), of or "self")
    if paper not in intake.papers:
        return msgspec.structs.replace(intake, papers=(*intake.papers, paper))
    return msgspec.structs.replace(intake, at_counter=tuple(dict.fromkeys((*intake.at_counter, code))))


def _whole(event: str, identity: Any, intake: Any) -> Done:
    """One person from signing in to the receipt; each page saves what was said on it, as the door does."""
    from tongban.domain.event_intake import EventIntake
    from tongban.flows import compose
    from tongban.plumbing import clock
    from tongban.reads import event as read

    begun, pages, draft, rev = time.perf_counter(), 0, "", 0
    actor, here = _sign_in(identity)
    said: dict[str, Any] = {}
    steps = [EventIntake(center=intake.center)]
    first = read.screen(actor, here.visit, event, steps[0], channel="resident", today=clock.today())
    asked = [q.element for q in first.event.questions if q.element in intake.answers]
    for element in asked:
        said |= {element: intake.answers[element]}
        steps.append(EventIntake(answers=dict(said), center=intake.center, step="questions"))
    steps += [msgspec.structs.replace(intake, step=step) for step in ("plan", "form", "papers", "check")]
    for one in steps[1:]:
        saved = compose.save(actor, here.visit, event, one, draft=draft, rev=rev, at=clock.now(), key=str(uuid.uuid4()))
        draft, rev = saved.id, saved.rev
        read.screen(actor, here.visit, event, one, channel="resident", today=clock.today(), final=one.step == "check")
        pages += 1
    receipt = compose.submit(
        actor, here.visit, event, intake, draft=draft, channel="resident", at=clock.now(), key=str(uuid.uuid4())
    )
    children = sum(part.state == "open" for part in receipt.parts)
    return Done(time.perf_counter() - begun, pages + 1, rev, children)


def _floor(count: int) -> float:
    """Cases a second, each received by itself in one act."""
    from tongban.domain.actor import Actor, Grant
    from tongban.domain.person import identify
    from tongban.domain.receiving import Intake, PaperIn
    from tongban.flows.receive import Present, receive_at_once
    from tongban.plumbing import clock
    from tongban.registers.catalog import queries as catalog

    centers = list(catalog.places().centers)[:20]
    seconds = []
    for n, body in enumerate(visitors.bodies(count, centers, time.monotonic_ns() % 10_000)):
        who: dict[str, str] = body["applicant"]  # type: ignore[assignment]
        intake = Intake(
            body["answers"], tuple(PaperIn(p["material"]) for p in body["papers"]), tuple(body.get("declarations", ()))  # type: ignore[arg-type, attr-defined]
        )  # fmt: skip
        center = centers[n % len(centers)]
        actor = Actor("machine", "machine:bench", "", center, (Grant("case.receive", center),))
        person = identify("citizen", who["name"], who["number"], today=clock.today())
        begun = time.perf_counter()
        receive_at_once(
            actor, Present(person, "card"), str(body["item"]), intake, center=center, at=clock.now(),
            key=str(uuid.uuid4()),
        )  # fmt: skip
        seconds.append(time.perf_counter() - begun)
    return 1 / statistics.mean(seconds[1:])


if __name__ == "__main__":
    main()
