"""The pages of enquiries: the holder asks on the case page, the department's person answers on their own page."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.flows.people import PUTUO, staff, with_mandate
from tests.flows.test_receive import jinglaoka
from tongban.config import demo
from tongban.flows import enquire, receive
from tongban.plumbing import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]


def signed_in(login: str) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(login=login), "django.contrib.auth.backends.ModelBackend")
    return client


def test_ask_and_answer_by_the_pages() -> None:
    at = clock.now()
    demo.make(at - dt.timedelta(minutes=1))
    clerk = staff(PUTUO)
    number = receive.receive(clerk, jinglaoka(with_mandate(clerk, at).visit), at=at, key="k").number
    back_office, archives = signed_in("putuo2"), signed_in("dangan")
    page = back_office.get(f"/window/case/{number}/")
    assert "向部门发起协查" in page.content.decode()
    sent = {"department": "dangan", "material": "tax_statement", "question": "请核对个税声明", "key": "k1"}
    assert back_office.post(f"/window/case/{number}/ask", sent).status_code == 302
    waiting = archives.get("/window/enquiries/").content.decode()
    assert number in waiting
    assert not any(said in waiting for said in ("请核对个税声明", "沈桂芳", "310110194803120284")), "a list is no look"
    enquiry_id = waiting.split("/window/enquiries/")[-1].split("/")[0]
    page = archives.post(f"/window/enquiries/{enquiry_id}/")
    assert all(said in page.content.decode() for said in ("请核对个税声明", "沈桂芳", "310110194803120284"))
    assert page["Cache-Control"] == "no-store"
    refused = archives.post(f"/window/enquiries/{enquiry_id}/answer", {"holds": "no", "text": "", "key": "k2"})
    assert refused.status_code == 422 and "请写明原因" in refused.content.decode()
    yes = {"holds": "yes", "text": "档案第37卷,属实", "key": "k3"}
    assert archives.post(f"/window/enquiries/{enquiry_id}/answer", yes).status_code == 302
    assert "没有待答复的协查" in archives.get("/window/enquiries/").content.decode()
    late = archives.post(f"/window/enquiries/{enquiry_id}/")
    assert late.status_code == 409 and "沈桂芳" not in late.content.decode()
    assert signed_in("putuo").get("/window/enquiries/").status_code == 403
    assert signed_in("putuo").post(f"/window/enquiries/{enquiry_id}/").status_code == 404


def test_the_holder_reads_the_texts_with_the_form_and_the_look_is_told() -> None:
    at = clock.now()
    demo.make(at - dt.timedelta(minutes=1))
    clerk = staff(PUTUO)
    number = receive.receive(clerk, jinglaoka(with_mandate(clerk, at).visit), at=at, key="k").number
    asked = enquire.ask(clerk, number, "dangan", "tax_statement", "请核对2019年的档案", at=at)
    archives, back_office = signed_in("dangan"), signed_in("putuo2")
    archives.post(f"/window/enquiries/{asked}/")
    archives.post(f"/window/enquiries/{asked}/answer", {"holds": "no", "text": "没有此人档案", "key": "k"})
    page = back_office.get(f"/window/case/{number}/").content.decode()
    assert "请核对2019年的档案" not in page and "没有此人档案" not in page
    assert "不符" in page and "协查内容和申请人" in page and "市档案局答复协查" in page
    assert "方档案</strong> · 全市" in page, "the place in words, not by its code"
    seen = back_office.post(f"/window/case/{number}/look", {"reason": "审核受理条件"}).content.decode()
    assert "请核对2019年的档案" in seen and "没有此人档案" in seen
