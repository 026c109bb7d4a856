"""Life events that the repository does not have, written as YAML alone: published, composed, submitted and brought to their end with
nothing but the definition."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import AT
from tests.flows import events
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tongban.domain.actor import SYSTEM
from tongban.domain.event_intake import EventIntake
from tongban.domain.refusals import Refused
from tongban.flows import compose, event_advance, serve
from tongban.flows.publish import publish
from tongban.plumbing.clock import city_date
from tongban.registers.catalog import city, queries

pytestmark = pytest.mark.django_db(transaction=True)

# A child comes to the city: another word for the person than anywhere else, a week between two items, one that is put off, one that
# depends on a question, and an item of the parent's own.
COMING = """
code: coming
name: {zh: 孩子来沪, en: A child comes to the city}
aliases: [孩子来上海了]
summary: {zh: 一次填表，孩子的接种、社保卡和医保一起办。, en: One form for the vaccinations and the card.}
audience: person
topics: [医疗]
year: 2026
lead: weijian
channels: [resident, window]
delivery: [mail, electronic]
phones: {enquiry: "962200", complaint: "12345"}
before: {zh: 三处分别办。, en: Three offices.}
evidence: reconstructed
sources: [N]
people:
  - {code: kid, name: {zh: 孩子, en: the child}}
questions:
  - {element: maternity_insured, text: {zh: 要科学育儿指导吗？, en: Do you want guidance?}, why: {zh: 决定是否登记, en: It decides}}
items:
  - item: yufang_jiezhong
    of: kid
    why: {zh: 接种, en: Vaccinations}
    fills: {name: $child_name, sex: $child_sex, birth_date: $child_birth_date, id_number: $child_id_number}
  - item: shebaoka_shenling
    of: kid
    why: {zh: 看病用, en: To see a doctor}
    fills: {name: $child_name, sex: $child_sex, birth_date: $child_birth_date, ethnic: $ethnic, id_number: $child_id_number, phone: $phone, hukou_kind: $hukou_kind, hukou_division: $hukou_division, hukou_address: $hukou_address, contact_address: $contact_address, agent_name: $name, agent_id_number: $id_number, agent_relation: parent}
    after: [{item: yufang_jiezhong, wait_days: 7, why: {zh: 一周之后, en: A week later}}]
    come: [papers]
  - item: kexue_yuer
    of: kid
    optional: true
    when: $maternity_insured
    why: {zh: 指导, en: Guidance}
    fills: {name: $child_name, sex: $child_sex, birth_date: $child_birth_date, id_number: $child_id_number, residence_division: $residence_division, residence_address: $residence_address, phone: $phone, agent_name: $name, agent_relation: parent}
    deferrable: {until_days: 60, consequence: {zh: 逾期请另行登记, en: Register anew after that}}
"""
SAID = {
    "child_name": "沈小满", "child_sex": "female", "child_birth_date": "2026-05-02", "child_id_number": "310119196001010020",
    "maternity_insured": True, "hukou_kind": "shanghai",
}  # fmt: skip


@pytest.fixture
def hidden(tmp_path: Path) -> Iterator[None]:
    folder = tmp_path / "shanghai"
    shutil.copytree(settings.CITY_FOLDER, folder)
    (folder / "life_events" / "coming.yaml").write_text(COMING, "utf-8")
    source = city.load(folder)
    queries.forget()
    publish(SYSTEM, source, at=AT, note="hidden")
    queries.forget()
    yield
    queries.forget()


def answering(number: str, at: dt.datetime) -> object:
    def answer(item: str) -> None:
        clerk, said = staff(PUTUO), EventIntake()
        met = serve.meet(clerk, SON, how="card", at=at)
        for _ in range(events.TIMES):
            try:
                compose.amend(clerk, met.visit, number, item, said, at=at, key="")
                return
            except Refused as refused:
                said = events.mended(said, refused, city_date(at), grade="B", counter=False)
        raise AssertionError(item)

    return answer


def test_it_runs_to_its_end_from_yaml_alone(hidden: None) -> None:
    _, _, receipt, _ = events.submitted("coming", EventIntake(answers=dict(SAID), center=PUTUO), SON, AT)
    assert {part.item: part.state == "waiting" for part in receipt.parts} == {
        "yufang_jiezhong": False, "shebaoka_shenling": True, "kexue_yuer": True,
    }  # fmt: skip
    answer = answering(receipt.number, AT)
    if events.mother(receipt.number).of("yufang_jiezhong").state == "held":
        answer("yufang_jiezhong")
    events.decide(events.mother(receipt.number).of("yufang_jiezhong").number, AT)
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    assert events.mother(receipt.number).of("shebaoka_shenling").state == "waiting", "a week is a week"
    assert event_advance.advance_due(AT + dt.timedelta(days=6)) == 0
    assert event_advance.advance_due(AT + dt.timedelta(days=7)) == 1
    assert events.mother(receipt.number).of("shebaoka_shenling").state in ("open", "held")
    assert events.mother(receipt.number).of("kexue_yuer").state == "waiting", "it was put off"
    later = AT + dt.timedelta(days=7)
    ended, order = events.to_the_end(receipt.number, answering(receipt.number, later), later)
    assert ended.stage == "gathered" and order[-1] == "kexue_yuer"
    assert all(events.child(one.number).about == "kid" for one in ended.parts)


def test_a_question_that_nobody_answered_is_asked_and_one_may_not_know(hidden: None) -> None:
    actor, here = events.arrived(SON, AT)
    said = EventIntake(answers={k: v for k, v in SAID.items() if k != "maternity_insured"}, center=PUTUO)
    with pytest.raises(Refused) as told:
        compose.submit(actor, here.visit, "coming", said, channel="resident", at=AT, key="a")
    assert told.value.code == "event.unanswered" and told.value.problems[0].pointer == "/answers/maternity_insured"
    unsure = EventIntake(answers=said.answers, unsure=("maternity_insured",), center=PUTUO)
    _, _, receipt, _ = events.submitted("coming", unsure, SON, AT)
    assert "kexue_yuer" in {part.item for part in receipt.parts}, "the department judges"
    chosen = EventIntake(answers=said.answers, chosen=("yufang_jiezhong", "shebaoka_shenling"), center=PUTUO)
    _, _, receipt, _ = events.submitted("coming", chosen, MOTHER, AT)
    assert {part.item for part in receipt.parts} == {"yufang_jiezhong", "shebaoka_shenling"}


def test_what_the_event_does_not_ask_for_is_an_error(hidden: None) -> None:
    actor, here = events.arrived(SON, AT)
    for wrong in (
        EventIntake(answers={"no_such_element": 1}),
        EventIntake(chosen=("jinglaoka",)),
        EventIntake(papers=(events.EventPaper(events.PaperIn("id_card", "original", "C"), "stranger"),)),
    ):
        with pytest.raises(Refused) as told:
            compose.submit(actor, here.visit, "coming", wrong, channel="resident", at=AT, key="")
        assert told.value.code in ("form.unknown_field", "event.no_such_item", "paper.not_asked")
    seen = EventIntake(papers=(events.EventPaper(events.PaperIn("id_card", "original", "B")),))
    with pytest.raises(Refused) as told:
        compose.submit(actor, here.visit, "coming", seen, channel="resident", at=AT, key="")
    assert told.value.code == "paper.not_seen"


def test_the_same_at_a_window(hidden: None) -> None:
    clerk = staff(PUTUO)
    met = serve.meet(clerk, SON, how="card", at=AT)
    said = EventIntake(answers=dict(SAID))
    for turn in range(events.TIMES):
        try:
            receipt = compose.submit(clerk, met.visit, "coming", said, channel="window", at=AT, key=f"w{turn}")
            break
        except Refused as refused:
            said = events.mended(said, refused, city_date(AT), grade="B", counter=False)
    assert any(part.number for part in receipt.parts), receipt
    child = events.child(next(part.number for part in receipt.parts if part.number))
    assert receipt.number.startswith(PUTUO) and child.receiving == PUTUO and child.channel == "window"
    assert child.number == f"{receipt.number}-01"
