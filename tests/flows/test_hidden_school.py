"""A hidden life event with an item, an element, a material and a licence that the repository does not have: the child of somebody
from elsewhere goes to school. The permit of one item says until when it is valid, which another item's condition asks; the notice
of the school opens the last item, three days later."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import AT
from tests.flows import events
from tests.flows.people import PUTUO, SON
from tests.flows.test_hidden_event import answering
from tongban.domain.actor import SYSTEM
from tongban.domain.event_intake import EventIntake
from tongban.domain.refusals import Refused
from tongban.flows import compose
from tongban.flows.publish import publish
from tongban.registers.catalog import city, queries
from tongban.registers.catalog.city import Source

pytestmark = pytest.mark.django_db(transaction=True)

ELEMENTS = """
  - {code: school_stage, name: {zh: 入学阶段, en: Stage of school}, type: choice, choices: [{code: primary, name: {zh: 小学一年级, en: Primary}}, {code: middle, name: {zh: 初中预备班, en: Middle}}], group: child}
"""
CREDENTIALS = """
  - {code: school_place, name: {zh: 入学通知书, en: Notice of a school place}, type_code: "310990120091500", issuer: jiaowei, fields: [name, id_number]}
"""
MATERIALS = """
  - {code: school_place, name: {zh: 入学通知书, en: Notice of a school place}, kind: proof, source: {zh: 教育部门, en: Education}, satisfied_by: [{credential: school_place}, {paper: original}]}
"""
ITEM = """
code: {code}
catalog_code: "3109901290{n}"
name: {{zh: {name}, en: "{code}"}}
department: jiaowei
aliases: [{name}]
topics: [教育]
evidence: reconstructed
versions:
  - version: 1
    valid_from: 2026-01-01
    receivable: true
    action: apply
    handling: promised
    scope: direct
    summary: {{zh: {name}。, en: "{code}."}}
    law: [{{id: a, title: 《示例办法》, evidence: reconstructed}}]
    conditions: {conditions}
    fields: {fields}
    papers: {papers}
    process:
      - {{step: receive, who: counter, text: {{zh: 递交, en: Handed in}}}}
      - {{step: decide, who: department, text: {{zh: 决定, en: Decided}}}}
    limits: {{legal_days: 30, promised_days: 5}}
    visits: {{count: 0}}
    channels: [window, resident]
    results: {results}
    delivery: [electronic]
    phones: {{enquiry: "962200", complaint: "12345"}}
"""
PLACE = ITEM.format(
    code="ruxue_baoming", name="随迁子女入学报名", n="01",
    conditions="""
      - {id: age, text: {zh: 2027年8月31日前满6周岁, en: Six by 31 August 2027}, law: a, test: {ge: [{age_on: [$birth_date, 2027-08-31]}, 6]}}
      - {id: permit, text: {zh: 家长居住证在有效期内, en: A valid permit}, law: a, test: {ge: [$permit_valid_until, today]}}
      - {id: insured, text: {zh: 家长连续缴社保6个月, en: Six months}, law: a, test: {ge: [$insured_months_unbroken, 6]}}""",
    fields="""
      - {element: name, prefill: [person]}
      - {element: birth_date, prefill: [person]}
      - {element: school_stage}
      - {element: permit_valid_until, prefill: [{credential: residence_permit}]}
      - {element: insured_months_unbroken, prefill: [{check: employment, department: renshe}]}""",
    papers="[{material: residence_permit, key: true}]",
    results="[{name: {zh: 入学通知书, en: Notice}, credential: school_place}]",
)  # fmt: skip
CARD = ITEM.format(
    code="xueji_ka", name="学籍卡建立", n="02",
    conditions="[{id: place, text: {zh: 已录取, en: Has a place}, law: a}]",
    fields="[{element: name, prefill: [person]}, {element: school_stage}]",
    papers="[{material: school_place, key: true}]",
    results="[{name: {zh: 学籍卡, en: Card}}]",
)  # fmt: skip
SCHOOL = """
code: migrant_school
name: {zh: 外来工子女入学, en: School for a migrant worker's child}
aliases: [打工子女读书, 随迁子女上小学]
summary: {zh: 居住证、报名、学籍一次办。, en: "Permit, place and card."}
audience: person
topics: [教育]
lead: jiaowei
channels: [resident, window]
delivery: [mail, electronic]
phones: {enquiry: "962200", complaint: "12345"}
before: {zh: 两处。, en: Two offices.}
evidence: reconstructed
people:
  - {code: pupil, name: {zh: 学生, en: the pupil}}
questions:
  - {element: holds_residence_permit, why: {zh: 没有居住证先办, en: The permit first}}
  - {element: child_birth_date, why: {zh: 满6岁, en: Six}}
  - {element: insured_months_unbroken, why: {zh: 要满6个月, en: Six months}}
  - {element: permit_valid_until, when: $holds_residence_permit, why: {zh: 要在有效期内, en: Valid}}
items:
  - item: juzhuzheng_banli
    when: {eq: [$holds_residence_permit, false]}
    why: {zh: 家长先有居住证, en: The permit}
  - item: ruxue_baoming
    of: pupil
    why: {zh: 报名, en: The place}
    fills: {name: $child_name, birth_date: $child_birth_date}
    papers: {residence_permit: self.residence_permit}
  - item: xueji_ka
    of: pupil
    why: {zh: 建学籍, en: The card}
    fills: {name: $child_name}
    after: [{item: ruxue_baoming, wait_days: 3, why: {zh: 报到三天后建, en: Three days later}}]
"""
SAID = {
    "holds_residence_permit": False, "child_birth_date": "2021-08-31", "insured_months_unbroken": "8", "hukou_kind": "other",
    "residence_registered_on": "2026-01-05", "permit_ground": "employment", "residence_same_as_registered": True,
    "housing_kind": "rented", "child_name": "沈小满", "school_stage": "primary",
}  # fmt: skip
HELD = {**SAID, "holds_residence_permit": True, "permit_valid_until": "2026-11-20"}


def added(folder: Path) -> Source:
    """The city with what a civil servant of the education department would write."""
    shutil.copytree(settings.CITY_FOLDER, folder)
    for name, more in (("elements", ELEMENTS), ("credentials", CREDENTIALS), ("materials", MATERIALS)):
        path = folder / f"{name}.yaml"
        path.write_text(path.read_text("utf-8") + more, "utf-8")
    for name, text in (("items/jiaowei/ruxue_baoming", PLACE), ("items/jiaowei/xueji_ka", CARD)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    (folder / "life_events" / "migrant_school.yaml").write_text(SCHOOL, "utf-8")
    return city.load(folder)


@pytest.fixture
def hidden(tmp_path: Path) -> Iterator[None]:
    source = added(tmp_path / "shanghai")
    queries.forget()
    publish(SYSTEM, source, at=AT, note="hidden")
    queries.forget()
    yield
    queries.forget()


def test_whoever_has_no_permit_yet_is_not_asked_until_when_it_is_valid(hidden: None) -> None:
    _, _, receipt, said = events.submitted("migrant_school", EventIntake(answers=dict(SAID), center=PUTUO), SON, AT)
    assert "permit_valid_until" not in said.answers
    assert {part.item: part.state for part in receipt.parts if part.state == "waiting"}.keys() == {
        "ruxue_baoming", "xueji_ka",
    }  # fmt: skip
    until = (AT + dt.timedelta(days=365)).date().isoformat()

    def answer(item: str) -> None:
        held = events.mother(receipt.number).of(item)
        if held and "form.required /answers/permit_valid_until" in held.problems:
            actor, here = events.arrived(SON, AT)
            told = EventIntake(answers={"permit_valid_until": until})
            try:
                compose.amend(actor, here.visit, receipt.number, item, told, at=AT, key="")
            except Refused as refused:
                assert "/answers/permit_valid_until" not in {problem.pointer for problem in refused.problems}
            else:
                return
        answering(receipt.number, AT)(item)

    ended, order = events.to_the_end(receipt.number, answer, AT)
    assert ended.stage == "gathered" and order == ["juzhuzheng_banli", "ruxue_baoming", "xueji_ka"]


def test_whoever_has_one_is_asked_and_the_last_day_counts(hidden: None) -> None:
    actor, here = events.arrived(SON, AT)
    open_ = EventIntake(answers={k: v for k, v in HELD.items() if k != "permit_valid_until"}, center=PUTUO)
    with pytest.raises(Refused) as told:
        compose.submit(actor, here.visit, "migrant_school", open_, channel="resident", at=AT, key="a")
    assert told.value.code == "event.unanswered" and told.value.problems[0].pointer == "/answers/permit_valid_until"
    late = {**HELD, "permit_valid_until": (AT - dt.timedelta(days=1)).date().isoformat()}
    with pytest.raises(Refused) as told:
        compose.submit(
            actor,
            here.visit,
            "migrant_school",
            EventIntake(answers=late, center=PUTUO),
            channel="resident",
            at=AT,
            key="b",
        )
    assert told.value.code == "event.nothing", "what nobody may have any more opens nothing"
    good = {**HELD, "permit_valid_until": AT.date().isoformat()}
    _, _, receipt, _ = events.submitted("migrant_school", EventIntake(answers=good, center=PUTUO), SON, AT)
    assert [part.item for part in receipt.parts] == ["ruxue_baoming", "xueji_ka"]
