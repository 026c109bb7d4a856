"""A life event at the resident's door, page by page: saved at each step, kind errors at their place, two devices, one submission."""

import re

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client

from tests.channels.resident.signed_in import sign_in
from tests.conftest import AT
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tongban.domain.event_intake import EventIntake, EventPaper, Seen
from tongban.domain.handed_in import PaperIn
from tongban.flows import compose, serve
from tongban.plumbing import clock
from tongban.registers.mothers import queries as mothers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def hidden(text: str) -> dict[str, str]:
    """The page's own values of the first form that saves."""
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', text)[1]  # type: ignore[index]
        for name in ("key", "draft", "rev")
    }


def send(client: Client, path: str, **fields: object) -> HttpResponse:
    """Open a page, fill it in and send it."""
    return client.post(path, {**hidden(body(client.get(path))), **fields})


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/events/birth/start").headers["Location"].startswith("/sign-in")


def test_an_event_that_is_not_there_or_not_begun_at_home(client: Client) -> None:
    sign_in(client, SON)
    assert client.get("/events/nothing/start").status_code == 404
    assert client.get("/events/birth/nowhere").status_code == 404


def test_questions_one_at_a_time_until_the_plan(client: Client) -> None:
    sign_in(client, SON)
    assert "同意并调取" in body(client.get("/events/birth/start"))
    asked = []
    for _ in range(12):
        answer = client.get("/events/birth/questions")
        if answer.status_code == 302:
            break
        text = body(answer)
        element = re.search(r'name="ask" value="(\w+)"', text)[1]  # type: ignore[index]
        asked.append(element)
        reply = client.post("/events/birth/questions", {**hidden(text), "ask": element, "unsure": "1"})
        assert reply.status_code == 302
    assert len(asked) == len(set(asked)) and 1 <= len(asked) <= 7
    plan = body(client.get("/events/birth/plan"))
    for words in ("省了什么", "办哪些", "怎么排的", "户口", "<svg"):
        assert words in plan


def test_no_answer_is_not_not_sure(client: Client) -> None:
    sign_in(client, SON)
    text = body(client.get("/events/birth/questions"))
    element = re.search(r'name="ask" value="(\w+)"', text)[1]  # type: ignore[index]
    answer = client.post("/events/birth/questions", {**hidden(text), "ask": element})
    assert answer.status_code == 422 and "请选一个答案" in body(answer)


def test_an_unknown_field_is_refused_and_all_is_kept(client: Client) -> None:
    sign_in(client, SON)
    answer = send(client, "/events/birth/form", phone="13800000000", surprise="x")
    assert answer.status_code == 422
    assert "surprise" in body(answer) and "13800000000" in body(answer)


def test_what_is_wrong_is_told_at_its_place_and_saved_as_typed(client: Client) -> None:
    here = sign_in(client, SON)
    answer = send(client, "/events/birth/form", phone="12")
    text = body(answer)
    assert answer.status_code == 422 and 'href="#f-answers-phone"' in text and 'value="12"' in text
    [draft] = mothers.drafts_of(here.applicant)
    assert b'"phone":"12"' in draft.body


def test_another_device_goes_on_where_this_one_stopped(client: Client) -> None:
    sign_in(client, SON)
    send(client, "/events/birth/form", phone="13800000000", go="later")
    assert "已保存，还没有提交" in body(client.get("/events/birth/saved"))
    other = Client()
    sign_in(other, SON)
    assert "接着办" in body(other.get("/events/birth/start"))
    assert "13800000000" in body(other.get("/events/birth/form"))


def test_the_later_writer_is_told_and_loses_nothing(client: Client) -> None:
    here = sign_in(client, SON)
    other = Client()
    sign_in(other, SON)
    send(client, "/events/birth/form", phone="13800000000", go="later")
    first, second = (body(c.get("/events/birth/form")) for c in (client, other))
    client.post("/events/birth/form", {**hidden(first), "phone": "13811111111", "go": "later"})
    answer = other.post("/events/birth/form", {**hidden(second), "phone": "13822222222", "go": "later"})
    text = body(answer)
    assert answer.status_code == 409
    for words in ("另一处刚刚保存过", "13822222222", "13811111111"):
        assert words in text
    # Sending it once more is the person's own decision.
    assert other.post("/events/birth/form", {**hidden(text), "phone": "13822222222", "go": "later"}).status_code == 302
    [draft] = mothers.drafts_of(here.applicant)
    assert b"13822222222" in draft.body


def test_the_same_page_sent_twice_is_one_save(client: Client) -> None:
    here = sign_in(client, SON)
    text = body(client.get("/events/birth/form"))
    sent = {**hidden(text), "phone": "13800000000", "go": "later"}
    assert [client.post("/events/birth/form", sent).status_code for _ in range(2)] == [302, 302]
    [draft] = mothers.drafts_of(here.applicant)
    assert draft.rev == 1


def test_nobody_sees_the_draft_or_the_scan_of_another(client: Client) -> None:
    sign_in(client, SON)
    send(client, "/events/birth/form", phone="13800000000", go="later")
    other = Client()
    sign_in(other, MOTHER)
    assert "13800000000" not in body(other.get("/events/birth/form"))
    assert other.get("/events/birth/scan/" + "0" * 64).status_code == 404


def test_what_a_clerk_saw_is_seen_at_home_and_is_not_made_up_there(client: Client) -> None:
    clerk = staff(PUTUO)
    met = serve.meet(clerk, SON, how="card", at=AT)
    card, book = EventPaper(PaperIn("id_card")), EventPaper(PaperIn("marriage_cert", "original", "C", "b" * 64))
    compose.save(clerk, met.visit, "birth", EventIntake(papers=(card, book)), at=AT)
    here = sign_in(client, SON)
    page = body(client.get("/events/birth/papers"))
    assert page.count("窗口已经核对过原件") == 1
    # The page is sent as it is, with one more way that it does not offer: only what the clerk saw is seen.
    sent = {"way-id_card": "seen", "way-marriage_cert": "seen", "go": "later"}
    assert client.post("/events/birth/papers", {**hidden(page), **sent}).status_code == 302
    [draft] = mothers.drafts_of(here.applicant)
    kept = {one.paper.material: one for one in msgspec.json.decode(draft.body, type=EventIntake).papers}
    assert kept["id_card"].seen == Seen(clerk.ref, AT)
    assert (kept["marriage_cert"].paper.grade, kept["marriage_cert"].seen) == ("C", None)


def test_what_falls_out_by_what_was_typed_is_told_before_it_is_submitted(client: Client) -> None:
    sign_in(client, SON)
    for element, answer in (("hukou_kind", "shanghai"), ("home_adapt_wanted", "true")):
        page = hidden(body(client.get("/events/elder_welfare/questions")))
        assert (
            client.post("/events/elder_welfare/questions", {**page, "ask": element, element: answer}).status_code == 302
        )
    text = body(client.get("/events/elder_welfare/check"))
    told = text.partition('id="left-out"')[2].partition("</section>")[0]
    assert "敬老卡" in told and "不符合条件" in told and "65周岁" in told
