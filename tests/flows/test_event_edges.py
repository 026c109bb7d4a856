"""The edges of a submission, whatever door it came by: who somebody is cannot be typed over, names that the event does not know are told,
and what a clerk saw stays seen while nobody can make up that it was."""

import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest
from django.conf import settings

from tests.channels.resident.signed_in import arrived
from tests.flows import events
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tongban.domain.event_intake import EventIntake, EventPaper, Seen
from tongban.domain.event_part import EventForm
from tongban.domain.handed_in import PaperIn
from tongban.domain.ports import Licence
from tongban.domain.refusals import Refused
from tongban.flows import compose, serve
from tongban.flows.compose import MotherReceipt
from tongban.plumbing.clock import city_date
from tongban.reads import event as read
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import city
from tongban.registers.catalog import queries as catalog
from tongban.registers.mothers import queries as mothers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
SOURCE = city.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "birth")
TODAY = city_date(AT)
LATER = AT + dt.timedelta(hours=3)


def given(**changes: Any) -> EventIntake:
    return events.given(SOURCE.event_situations, "birth", **changes)


def refused_at_home(said: EventIntake, draft: str = "") -> Refused:
    actor, here = arrived(SON, AT)
    with pytest.raises(Refused) as told:
        compose.submit(actor, here.visit, "birth", said, draft=draft, channel="resident", at=AT, key="")
    return told.value


@pytest.mark.parametrize("where", ["declarations", "follow", "at_counter"])
@pytest.mark.parametrize("name", ["no_such_paper", "child.no_such_paper", "stranger.id_card", "/", "dibao_form"])
def test_a_paper_that_the_event_does_not_know_is_told(where: str, name: str) -> None:
    told = refused_at_home(given(**{where: (name,)}))
    assert [(p.code, p.pointer) for p in told.problems] == [("paper.not_asked", f"/papers/{name}")]
    assert told.problems[0].advice is not None


def test_a_paper_that_the_event_does_not_know_is_not_taken_in_either() -> None:
    told = refused_at_home(given(papers=(EventPaper(PaperIn("dibao_form", "original", "C"), "child"),)))
    assert [(p.code, p.pointer) for p in told.problems] == [("paper.not_asked", "/papers/child.dibao_form")]


def test_a_paper_that_only_another_answer_asks_for_is_kept_and_ignored() -> None:
    """All names that the event can ask for, whatever this plan wants of them."""
    terms = catalog.prepared("birth", TODAY).items
    every = tuple({p.material if p.of == "self" else f"{p.of}.{p.material}" for term in terms for p in term.papers})
    said = given(declarations=every, follow=every, at_counter=every)
    _, _, receipt, _ = events.submitted("birth", said, SON, AT)
    assert receipt.parts


def test_a_name_that_the_event_does_not_know_is_told_when_it_is_amended() -> None:
    _, _, receipt, _ = events.submitted("birth", given(), SON, AT)
    item = next(one.item for one in receipt.parts if one.state in ("held", "waiting"))
    actor, here = arrived(SON, AT)
    with pytest.raises(Refused) as told:
        compose.amend(
            actor, here.visit, receipt.number, item, EventIntake(at_counter=("no_such_paper",)), at=AT, key=""
        )
    assert [(p.code, p.pointer) for p in told.value.problems] == [("paper.not_asked", "/papers/no_such_paper")]


CARD = PaperIn("id_card", "original", "B")
BOOK = PaperIn("marriage_cert", "original", "C", "b" * 64)


def saved_at_the_counter(*papers: EventPaper, who: Any = SON) -> str:
    """A clerk sees what the person brings, and they go home to read it again."""
    clerk = staff(PUTUO)
    met = serve.meet(clerk, who, how="card", at=AT)
    return compose.save(clerk, met.visit, "birth", given(papers=papers), at=AT).id


def in_draft(draft: str) -> EventIntake:
    found = mothers.draft(uuid.UUID(draft))
    assert found is not None
    return msgspec.json.decode(found.body, type=EventIntake)


def test_what_a_clerk_saw_stays_seen_at_home() -> None:
    seen = EventPaper(msgspec.structs.replace(BOOK, grade="B"))
    draft = saved_at_the_counter(EventPaper(CARD), seen)
    said = in_draft(draft)
    assert [one.seen for one in said.papers] == [Seen(staff(PUTUO).ref, AT)] * 2
    actor, here = arrived(SON, AT)
    screen = read.screen(actor, here.visit, "birth", said, channel="resident", today=TODAY)
    views = {view.key: view for view in screen.papers}
    for key in ("id_card", "marriage_cert"):
        assert views[key].chosen == "seen" and not views[key].wrong, views[key]
    # The person goes on at home: saves once more, and hands it in.
    compose.save(actor, here.visit, "birth", msgspec.structs.replace(said, step="check"), draft=draft, rev=1, at=LATER)
    told = refused_at_home(in_draft(draft), draft)
    assert not any(p.pointer in ("/papers/id_card", "/papers/marriage_cert") for p in told.problems), told.problems
    receipt = ended_at_home(in_draft(draft), draft)
    form = form_of(receipt.number)
    assert {one.seen for one in form.intake.papers if one.paper.grade == "B"} == {said.papers[0].seen}


def test_nobody_makes_up_that_a_clerk_saw_it() -> None:
    clerk = Seen("staff:clerk", AT)
    other = saved_at_the_counter(EventPaper(CARD), who=MOTHER)
    made_up = (EventPaper(CARD, seen=clerk), EventPaper(msgspec.structs.replace(BOOK, grade="B"), seen=clerk))
    actor, here = arrived(SON, AT)
    mine = compose.save(actor, here.visit, "birth", given(papers=made_up), at=AT).id
    assert all(one.seen is None for one in in_draft(mine).papers)
    for draft in ("", mine, other):
        told = refused_at_home(given(papers=made_up), draft)
        assert {(p.code, p.pointer) for p in told.problems} == {
            ("paper.not_seen", "/papers/id_card"), ("paper.not_seen", "/papers/marriage_cert"),
        }  # fmt: skip


def test_another_scan_than_the_one_that_was_seen_is_not_seen() -> None:
    draft = saved_at_the_counter(EventPaper(msgspec.structs.replace(BOOK, grade="B")))
    other = EventPaper(msgspec.structs.replace(BOOK, grade="B", digest="c" * 64), seen=in_draft(draft).papers[0].seen)
    told = refused_at_home(given(papers=(other,)), draft)
    assert [(p.code, p.pointer) for p in told.problems] == [("paper.not_seen", "/papers/marriage_cert")]


def test_nobody_makes_it_up_for_a_part_that_waits_either() -> None:
    _, _, receipt, _ = events.submitted("birth", given(), SON, AT)
    item = next(one.item for one in receipt.parts if one.state == "held")
    actor, here = arrived(SON, AT)
    more = EventIntake(papers=(EventPaper(PaperIn("id_card"), seen=Seen("staff:clerk", AT)),))
    with pytest.raises(Refused) as told:
        compose.amend(actor, here.visit, receipt.number, item, more, at=AT, key="")
    assert told.value.code == "paper.not_seen"
    clerk = staff(PUTUO)
    met = serve.meet(clerk, SON, how="card", at=AT)
    for _ in range(events.TIMES):
        try:
            compose.amend(clerk, met.visit, receipt.number, item, more, at=AT, key="")
            break
        except Refused as why:
            more = events.mended(more, why, TODAY, grade="B", counter=False)
    assert all(
        one.seen == Seen(clerk.ref, AT) for one in form_of(receipt.number).intake.papers if one.paper.grade == "B"
    )


def ended_at_home(said: EventIntake, draft: str) -> MotherReceipt:
    actor, here = arrived(SON, AT)
    for turn in range(events.TIMES):
        try:
            return compose.submit(
                actor, here.visit, "birth", said, draft=draft, channel="resident", at=AT, key=f"h{turn}"
            )
        except Refused as why:
            said = events.mended(said, why, TODAY)
    raise AssertionError(said)


def form_of(number: str) -> EventForm:
    plain = mothers.form(number, events.mother(number).form)
    assert plain is not None
    return msgspec.json.decode(plain, type=EventForm)


FORGED = {"name": "别人", "sex": "female", "birth_date": "1950-01-01", "id_number": MOTHER.number}


def answers_of_children(number: str) -> list[dict[str, Any]]:
    """What each child that began says, in its own elements, of those that are the applicant's own matter."""
    mine = [one for one in events.mother(number).parts if one.number and one.part.of == "self"]
    said = [cases.beside(one.number, events.child(one.number).answers) for one in mine]
    return [msgspec.json.decode(one) for one in said if one is not None]


def test_who_somebody_is_cannot_be_typed_over_by_any_door() -> None:
    """An intake that says otherwise changes nothing: neither what is judged nor what is kept nor what departments get."""
    said = given()
    said = msgspec.structs.replace(said, answers=said.answers | FORGED)
    _, _, receipt, _ = events.submitted("birth", said, SON, AT)
    assert not form_of(receipt.number).intake.answers.keys() & FORGED.keys()
    for told in answers_of_children(receipt.number):
        assert told.get("name", SON.name) == SON.name and told.get("id_number", SON.number) == SON.number
        assert told.get("sex", "male") == "male" and told.get("birth_date", "1972-09-30") == "1972-09-30"


def test_nor_when_a_part_that_waits_is_answered() -> None:
    _, _, receipt, _ = events.submitted("birth", given(), SON, AT)
    item = next(one.item for one in receipt.parts if one.state == "held")
    clerk = staff(PUTUO)
    met, more = serve.meet(clerk, SON, how="card", at=AT), EventIntake(answers=dict(FORGED))
    for _ in range(events.TIMES):
        try:
            compose.amend(clerk, met.visit, receipt.number, item, more, at=AT, key="")
            break
        except Refused as why:
            more = events.mended(more, why, TODAY, grade="B", counter=False)
    assert not form_of(receipt.number).intake.answers.keys() & FORGED.keys()


def test_what_an_authority_says_later_stands_over_what_was_typed_before() -> None:
    """Nobody had said it when it was typed, so it was asked: the page then shows the authority's word, and it is not refused."""
    actor, here = arrived(SON, AT)
    said = given()
    said = msgspec.structs.replace(said, answers=said.answers | {"ethnic": "汉族"})
    draft = compose.save(actor, here.visit, "birth", said, at=AT)
    book = Licence(
        kind="hukou_book", number="h-1", fields={"ethnic": "回族"}, issued=TODAY, valid_until=None, as_of=AT, source="gongan",
        grade="A",
    )  # fmt: skip
    serve.keep_fetched(actor, here.visit, "event:birth", [book], {"gongan": ["hukou_book"]}, at=AT)
    screen = read.screen(actor, here.visit, "birth", in_draft(draft.id), channel="resident", today=TODAY)
    field = next(f for f in screen.fields if f.element.code == "ethnic")
    assert (field.settled, field.value, field.source.zh) == (True, "回族", "公安")
    _, _, receipt, _ = events.submitted("birth", said, SON, AT)
    assert "ethnic" not in form_of(receipt.number).intake.answers
    assert {told["ethnic"] for told in answers_of_children(receipt.number) if "ethnic" in told} <= {"回族"}


def test_what_is_missing_of_the_child_is_told_as_the_childs() -> None:
    """The items of the child ask for 姓名 and 性别; the one form calls them otherwise, and so does what is wrong with it."""
    said = given()
    bare = msgspec.structs.replace(
        said, answers={k: v for k, v in said.answers.items() if k not in ("child_name", "child_sex")}
    )
    elements = catalog.elements()
    told = [p for p in refused_at_home(bare).problems if p.pointer.startswith("/answers/child_")]
    assert "/answers/child_name" in [p.pointer for p in told]
    for problem in told:
        assert f"“{elements[problem.pointer.rpartition('/')[2]].name.zh}”" in problem.text.zh, problem
