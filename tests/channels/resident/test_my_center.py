"""My center: kept in the browser, or of the person across devices; suggested by where they live, and offered in the form."""

import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from tests.channels.resident.signed_in import arrived, sign_in
from tests.channels.resident.test_door import mandate
from tests.conftest import AT
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, staff
from tongban.domain.refusals import NotAllowed, NotFound
from tongban.flows import arrive, my_center, serve
from tongban.plumbing import clock
from tongban.plumbing.audit.models import Line
from tongban.reads import my_center as reads
from tongban.registers.people import queries as people
from tongban.registers.people import service as people_service
from tongban.registers.people.rows import Known

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
GUMEI = "310112006"


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def lives(person: str, element: str, division: str) -> None:
    people_service.keep(person, {element: Known(division, "gongan", AT, "A")}.items(), AT)


def test_a_stranger_keeps_it_in_the_browser(client: Client) -> None:
    assert 'id="my-center"' not in body(client.get("/"))
    answer = client.post(f"/centers/{GUMEI}/mine", follow=True)
    assert "这是我的中心" in body(answer) and "记在这个浏览器里" in body(answer)
    cookie = client.cookies["center"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (GUMEI, True, "Lax")
    home = body(client.get("/"))
    for words in ('id="my-center"', "古美路街道社区事务受理中心", "今天开到 16:30", 'href="tel:021-54163600"'):
        assert words in home
    assert 'id="my-center"' not in body(Client().get("/"))
    client.post("/centers/none")
    assert 'id="my-center"' not in body(client.get("/"))


def test_who_signed_in_finds_it_on_every_device(client: Client) -> None:
    client.cookies["center"] = YANGPU
    here = sign_in(client, SON)
    client.post(f"/centers/{GUMEI}/mine")
    assert client.cookies["center"].value == ""
    other = Client()
    sign_in(other, SON)
    answer = other.get("/")
    assert f'href="/centers/{GUMEI}/"' in body(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert people.chosen_center(here.applicant) == GUMEI
    with connection.cursor() as cursor:
        cursor.execute("select body from people_center")
        assert GUMEI.encode() not in bytes(cursor.fetchone()[0])
    assert GUMEI not in str(list(Line.objects.filter(act="door.choose_center").values()))
    other.post("/centers/none")
    assert people.chosen_center(here.applicant) == ""


def test_nothing_chosen_is_suggested_by_where_they_live_with_the_reason(client: Client) -> None:
    here = sign_in(client, SON)
    assert 'id="my-center"' not in body(client.get("/"))
    lives(here.applicant, "hukou_division", f"{YANGPU}003")
    assert "您的户籍在四平路街道，由这个中心服务" in body(client.get("/"))
    lives(here.applicant, "residence_division", GUMEI)
    home = body(client.get("/"))
    assert "您登记的居住地在古美街道，由这个中心服务" in home
    # A suggestion is no choice: the page of the center still offers it, and the form does not take it for one.
    assert "设为我的中心" in body(client.get(f"/centers/{GUMEI}/"))
    client.post(f"/centers/{PUTUO}/mine")
    assert "由这个中心服务" not in body(client.get("/"))
    lives(here.applicant, "residence_division", "320500001")


def test_a_place_outside_the_city_suggests_nothing() -> None:
    actor, here = arrived(SON)
    lives(here.applicant, "residence_division", "320500001")
    assert reads.suggested(actor, here.visit, at=AT) is None


def selected(client: Client) -> str:
    found = re.search(
        r'<option value="(\d+)" selected', body(client.get("/events/birth/form")).split('id="f-center"')[1]
    )
    return found[1] if found else ""


def test_the_form_offers_it_as_chosen(client: Client) -> None:
    here = sign_in(client, SON)
    lives(here.applicant, "residence_division", PUTUO)
    assert selected(client) == PUTUO
    assert "已按您选的" not in body(client.get("/events/birth/form"))
    client.post(f"/centers/{GUMEI}/mine")
    assert selected(client) == GUMEI
    assert "已按您选的“我的中心”填好" in body(client.get("/events/birth/form"))


def test_who_acts_for_another_is_offered_the_center_of_the_other(client: Client) -> None:
    ref = mandate(MOTHER, SON)
    here = sign_in(client, SON)
    client.post(f"/centers/{GUMEI}/mine")
    lives(str(serve.meet(staff(PUTUO), MOTHER, how="typed", at=AT).applicant), "residence_division", YANGPU)
    client.post("/for-whom", {"mandate": ref})
    assert selected(client) == YANGPU
    assert people.chosen_center(here.applicant) == GUMEI
    # One's own choice is one's own also while acting for another; where one lives is then nobody's question.
    assert f'href="/centers/{GUMEI}/"' in body(client.get("/"))


def test_only_the_person_chooses_and_only_centers_with_a_door(client: Client) -> None:
    actor, here = arrived(SON)
    for wrong in ("999999999", arrive.online_center()):
        assert client.post(f"/centers/{wrong}/mine").status_code == 404
        with pytest.raises(NotFound):
            my_center.choose(actor, here.visit, wrong, at=AT)
    met = serve.meet(staff(PUTUO), MOTHER, how="typed", at=AT)
    with pytest.raises(NotAllowed) as refused:
        my_center.choose(staff(PUTUO), met.visit, PUTUO, at=AT)
    assert refused.value.code == "visit.resident_only"
    with pytest.raises(NotFound):
        reads.chosen(staff(YANGPU), met.visit, at=AT)


def test_a_choice_changed_in_the_table_is_none_and_verify_names_it() -> None:
    (son, here), (mother, there) = arrived(SON), arrived(MOTHER)
    my_center.choose(son, here.visit, GUMEI, at=AT)
    my_center.choose(mother, there.visit, YANGPU, at=AT)
    assert list(people.damaged()) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_center c set body = o.body from people_center o where o.person_id <> c.person_id and "
            "c.person_id = %s",
            [here.applicant],
        )
    assert people.chosen_center(here.applicant) == ""
    assert reads.chosen(son, here.visit, at=AT) is None
    assert len(list(people.damaged())) == 1
