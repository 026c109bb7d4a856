"""The pages of enquiries: the holder asks on the case page, the department's person answers on their own page."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.flows.people import PUTUO, staff, with_mandate
from tests.flows.test_receive import jinglaoka
from tongban.config import demo
from tongban.flows import receive
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
    assert "请核对个税声明" in waiting and number in waiting
    enquiry_id = waiting.split("/window/enquiries/")[-1].split("/answer")[0]
    refused = archives.post(f"/window/enquiries/{enquiry_id}/answer", {"holds": "no", "text": "", "key": "k2"})
    assert refused.status_code == 422 and "请写明原因" in refused.content.decode()
    assert (
        archives.post(
            f"/window/enquiries/{enquiry_id}/answer", {"holds": "yes", "text": "属实", "key": "k3"}
        ).status_code
        == 302
    )
    assert "没有待答复的协查" in archives.get("/window/enquiries/").content.decode()
    assert "属实" in back_office.get(f"/window/case/{number}/").content.decode()
    assert signed_in("putuo").get("/window/enquiries/").status_code == 403
