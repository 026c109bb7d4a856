"""Forms and addresses that no page of ours makes, at the resident's door: each is told or refused, none breaks a page, and what a
person never changes about themselves is not changed by typing it."""

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.channels.resident.signed_in import arrived, sign_in
from tests.channels.resident.test_life import body, hidden, send
from tests.conftest import AT
from tests.flows import events
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tests.plumbing.papers import pdf
from tongban.channels.resident import query_form
from tongban.channels.shared.events import posted
from tongban.domain.actor import Grant
from tongban.domain.refusals import NotAllowed, NotFound
from tongban.flows import compose, serve
from tongban.plumbing import clock
from tongban.reads import event_done
from tongban.registers.mothers import queries as mothers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


@pytest.mark.parametrize(
    "wrong", [{"rev": "²"}, {"rev": "-1"}, {"rev": "9" * 7}, {"draft": "x"}, {"draft": "0" * 36}, {"key": "k" * 60}]
)
def test_what_no_page_sends_is_refused_and_breaks_nothing(client: Client, wrong: dict[str, str]) -> None:
    sign_in(client, SON)
    for step in ("form", "papers", "plan", "submit"):
        sent = {**hidden(body(client.get("/events/birth/form"))), "phone": "13800000000", **wrong}
        assert 400 <= client.post(f"/events/birth/{step}", sent).status_code < 500, (step, wrong)


def test_who_somebody_is_cannot_be_typed(client: Client) -> None:
    here = sign_in(client, SON)
    send(
        client,
        "/events/birth/form",
        phone="13800000000",
        name="别人",
        id_number=MOTHER.number,
        birth_date="1950-01-01",
        go="later",
    )
    [draft] = mothers.drafts_of(here.applicant)
    for typed in (MOTHER.number, "1950-01-01", "别人"):
        assert typed.encode() not in draft.body


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aX: y",
        "\\/evil.example",
    ],
)
def test_nobody_is_led_elsewhere(client: Client, to: str) -> None:
    sign_in(client, SON)
    for answer in (client.get("/sign-in", {"next": to}), client.post("/for-whom", {"mandate": "", "next": to})):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/") and "evil.example" not in answer.headers["Location"][:14]


def test_markup_in_what_was_typed_is_text(client: Client) -> None:
    sign_in(client, SON)
    send(client, "/events/birth/form", contact_address="<script>alert(1)</script>", phone="<img src=x>")
    for step in ("form", "check", "plan", "papers"):
        page = body(client.get(f"/events/birth/{step}"))
        assert "<script>alert(1)" not in page and "<img src=x>" not in page


def test_the_receipt_of_one_bears_not_the_name_of_another(compiled_city) -> None:
    at = events.when(compiled_city.event_situations, "birth")
    _, _, receipt, _ = events.submitted("birth", events.given(compiled_city.event_situations, "birth"), SON, at)
    actor, here = arrived(SON, at)
    assert event_done.receipt(actor, here.visit, receipt.number, at=at).rows[0].value == SON.name
    met = serve.meet(staff(PUTUO), MOTHER, how="card", at=at)
    clerk = staff(PUTUO, "case.receive", "case.read", "person.read")
    clerk = msgspec.structs.replace(clerk, grants=(*clerk.grants, Grant("case.read", "310000001")))
    with pytest.raises(NotFound):
        event_done.receipt(clerk, met.visit, receipt.number, at=at)
    # Whoever may read cases there sees it, but not as that of somebody else who stands at the counter.
    assert event_done.submitted(clerk, receipt.number).number == receipt.number
    with pytest.raises(NotFound):
        event_done.submitted(clerk, receipt.number, met.visit)


def test_a_resident_never_comes_as_a_counter(compiled_city) -> None:
    at = events.when(compiled_city.event_situations, "birth")
    actor, here = arrived(SON, at)
    said = events.given(compiled_city.event_situations, "birth")
    with pytest.raises(NotAllowed, match=r"channel\.not_yours"):
        compose.submit(actor, here.visit, "birth", said, channel="window", at=at, key="k")


def test_the_tries_on_one_event_are_counted_together(client: Client, compiled_city) -> None:
    at = events.when(compiled_city.event_situations, "birth")
    with clock.fixed(at):
        _, _, receipt, _ = events.submitted("birth", events.given(compiled_city.event_situations, "birth"), SON, at)
        tries = [receipt.number, *(f"{receipt.number}-{n:02d}" for n in range(1, 99))]
        said = []
        for n, number in enumerate(tries):
            said.append(
                client.post("/progress", {"number": number, "code": "AAAAAA"}, REMOTE_ADDR=f"10.0.{n}.1").status_code
            )
        assert said[query_form.BY_CASE.most + 1] == 429


def test_nobody_fills_the_cabinet_with_one_draft(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posted, "MOST_FILES", 3)
    here = sign_in(client, SON)
    for turn in range(4):
        files = [SimpleUploadedFile(f"{n}.pdf", pdf(turn * 2 + n + 1), "application/pdf") for n in range(2)]
        answer = send(client, "/events/birth/papers", **{"file-id_card": files, "way-id_card": "upload"})
    assert answer.status_code == 422 and "文件太多" in body(answer)
    [draft] = mothers.drafts_of(here.applicant)
    assert draft.body.count(b'"digest"') == 3


def test_broken_characters_break_no_page(client: Client) -> None:
    sign_in(client, SON)
    for act in ("withdraw", "rate", "event-withdraw", "correct"):
        answer = client.post(f"/mine/x/{act}", {"n": "²", "grade": "\x00", "key": "\x00"})
        assert 400 <= answer.status_code < 500, act
    for mandate in ("x", "\x00", "0" * 36, "00000000-0000-0000-0000-000000000000"):
        assert client.post("/for-whom", {"mandate": mandate}).status_code == 404, mandate
    for path in (
        "/done/x",
        "/mine/x",
        "/mine/x/credential/99999999999999999999",
        "/v/e-x",
        "/v/" + "x" * 3000,
        "/mine/x/part/y",
    ):
        assert client.get(path).status_code in (404, 422), path
    for query in ("", "?state=x&code=y", "?state=%00", "?state=中"):
        client.cookies["way"] = "AAAA"
        assert 400 <= client.get(f"/sign-in/back{query}").status_code < 500, query
