"""The reads behind the clerk's page: words for values, what is prefilled and what never is, whose draft it is, the sheet of what
is missing."""

import uuid
from typing import Any

import pytest

from tests.conftest import AT
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, staff
from tongban.config import wiring
from tongban.domain.element import Choice, Element
from tongban.domain.receiving import Intake, PaperIn
from tongban.domain.refusals import NotFound
from tongban.domain.text import Text
from tongban.flows import receive, serve
from tongban.flows.receive import Order
from tongban.plumbing.ids import new_id
from tongban.reads import checklist, serving, told_once, values
from tongban.registers.people import service as people
from tongban.registers.people.rows import Known

ANSWERS = {
    "ethnic": "汉族", "phone": "13800138000", "hukou_kind": "shanghai", "hukou_division": YANGPU, "hukou_address": "四平路1号",
    "residence_division": "310112101", "residence_address": "莘庄镇1号", "card_bank": "icbc",
}  # fmt: skip
CARD = Intake(answers=ANSWERS, papers=(PaperIn("id_card"),), declarations=("tax_statement",))
TODAY = AT.date()


def test_every_check_that_a_department_answers_has_a_name_to_agree_to(compiled_city: Any) -> None:
    offered = {check for _, checks in wiring.offers().values() for check in checks}
    assert offered <= {check.code for check in compiled_city.city.checks}


@pytest.mark.django_db
@pytest.mark.usefixtures("shanghai")
class TestAtTheCounter:
    def test_values_are_words(self) -> None:
        bank = Element("b", Text("银行"), "choice", (Choice("icbc", Text("工商银行", "ICBC")),))
        assert values.in_words(bank, "icbc") == Text("工商银行", "ICBC")
        assert values.in_words(Element("d", Text("街镇"), "division"), YANGPU).zh == "杨浦区四平路街道"
        assert values.in_words(Element("m", Text("收入"), "money"), "1510.00").zh == "1510.00元"
        assert values.in_words(Element("y", Text("是否"), "boolean"), False).zh == "否"
        assert values.in_words(bank, "").zh == "" and values.masked(bank, "icbc") == "****"
        assert values.masked(Element("p", Text("手机"), "phone"), "13800138000") == "138****8000"
        assert values.source_name("gongan").zh == "公安" and values.source_name("card").zh == "身份证读卡"

    def test_what_was_answered_before_is_shown_to_be_confirmed_and_consents_never(self) -> None:
        clerk = staff(PUTUO)
        met = serve.meet(clerk, MOTHER, how="card", ethnic="汉", at=AT)
        receive.receive(clerk, Order(met.visit, "jinglaoka", CARD), at=AT, key="k1")
        page = checklist.item_page(clerk, met.visit, "jinglaoka", None, today=TODAY)
        phone = next(f for f in page.fields if f.element.code == "phone")
        assert (phone.value, phone.confirm, phone.grade, phone.source.zh) == ("13800138000", True, "D", "本人上次填报")
        ethnic = next(f for f in page.fields if f.element.code == "ethnic")
        assert ethnic.settled and ethnic.grade == "A"
        people.keep(met.applicant, [("promise_true", Known(True, "gongan", AT, "A"))], AT)
        asked = checklist.item_page(clerk, met.visit, "dibao", None, today=TODAY)
        promise = next(f for f in asked.fields if f.element.code == "promise_true")
        assert promise.value == "" and not promise.settled
        assert any(p.pointer == "/answers/promise_true" for p in asked.problems)

    def test_the_card_on_the_reader_is_the_original_seen(self) -> None:
        clerk = staff(PUTUO)
        read = serve.meet(clerk, MOTHER, how="card", at=AT)
        typed = serve.meet(clerk, SON, how="typed", at=AT)

        def state(visit: str) -> str:
            page = checklist.item_page(clerk, visit, "jinglaoka", None, today=TODAY)
            return next(p.state for p in page.papers if p.material == "id_card")

        assert (state(read.visit), state(typed.visit)) == ("satisfied", "missing")

    def test_a_draft_belongs_to_one_person(self) -> None:
        clerk = staff(PUTUO)
        mother = serve.meet(clerk, MOTHER, how="card", at=AT)
        son = serve.meet(clerk, SON, how="card", at=AT)
        draft = str(new_id())
        saved = receive.save_draft(clerk, mother.visit, "jinglaoka", CARD, draft=draft, at=AT)
        assert (saved.id, saved.rev) == (draft, 1)
        with pytest.raises(NotFound):
            receive.save_draft(clerk, son.visit, "jinglaoka", CARD, draft=draft, rev=1, at=AT)
        with pytest.raises(NotFound):
            receive.save_draft(clerk, son.visit, "jinglaoka", CARD, draft=str(uuid.uuid4()), rev=3, at=AT)
        assert serving.draft(clerk, son.visit, draft) is None
        assert serving.draft(clerk, mother.visit, "nonsense") is None
        # Another person's case that names the draft leaves it as it is.
        older = for_the_son(son.visit, draft)
        receive.receive(clerk, older, at=AT, key="k-son")
        assert serving.draft(clerk, mother.visit, draft) is not None
        receive.receive(clerk, Order(mother.visit, "jinglaoka", CARD, draft=draft), at=AT, key="k-mother")
        assert serving.draft(clerk, mother.visit, draft) is None

    def test_the_sheet_names_what_is_missing_and_nothing_that_is_there(self) -> None:
        clerk = staff(PUTUO)
        met = serve.meet(clerk, MOTHER, how="card", at=AT)
        page = checklist.item_page(clerk, met.visit, "dibao", Intake(answers=ANSWERS), today=TODAY)
        paper = told_once.paper(clerk, met.visit, page, at=AT)
        told = {row[0] for table in paper.tables for row in table.rows}
        assert {"居民户口簿", "发放银行"} <= told, told
        assert "居民身份证" not in told and "手机" not in told
        assert paper.kind == "once_told" and "沈桂芳" in {r.value for r in paper.rows}


def for_the_son(visit: str, draft: str) -> Order:
    hukou = {code: ANSWERS[code] for code in ("hukou_kind", "hukou_division", "hukou_address")}
    intake = Intake(answers=hukou | {"certificate_purpose": "入学"}, papers=CARD.papers)
    return Order(visit, "huji_zhengming", intake, draft=draft)
