"""My matters behind the door: only my own, corrected, taken back, rated once, shown as credentials that anybody can check, and who
looked at them."""

import base64
import datetime as dt
import re

import gmssl_pyx
import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.channels.resident.cases import correcting, received
from tests.channels.resident.signed_in import arrived, sign_in
from tests.conftest import AT
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tests.plumbing.papers import pdf
from tongban.domain import facts
from tongban.domain.person import Identity
from tongban.domain.refusals import NotAllowed, Refused
from tongban.flows import access, deliver, handle
from tongban.plumbing import clock
from tongban.reads import my_matters
from tongban.registers.cases import queries as cases

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
STRANGER = Identity(kind="citizen", name="陌生人", number="310101199003071230", birth=dt.date(1990, 3, 7), sex="male")


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def text(answer) -> str:
    return answer.content.decode()


def decided(at: dt.datetime = AT) -> str:
    number = received(at).number
    home = staff(PUTUO, "case.receive", "case.handle", "case.read", "case.supervise", "person.read")
    handle.decide(home, number, True, at=at)
    deliver.deliver(home, number, "electronic", at=at)
    return number


def test_only_my_own_cases_are_there(client: Client) -> None:
    number = received(AT).number
    sign_in(client, MOTHER)
    assert number in text(client.get("/mine/"))
    page = client.get(f"/mine/{number}")
    assert page.status_code == 200
    assert "还没有人打开过" in text(page)
    other = Client()
    sign_in(other, STRANGER)
    assert number not in text(other.get("/mine/"))
    for address in (f"/mine/{number}", f"/mine/{number}/correct", f"/mine/{number}/credential/1"):
        assert other.get(address).status_code == 404
    assert Client().get(f"/mine/{number}").status_code == 302


def test_taken_back_once(client: Client) -> None:
    number = received(AT).number
    sign_in(client, MOTHER)
    page = text(client.get(f"/mine/{number}"))
    key, n = re.search(r'value="(withdraw-[^"]+)"', page)[1], re.search(r'name="n" value="(\d+)"', page)[1]
    for _ in range(2):
        assert client.post(f"/mine/{number}/withdraw", {"key": key, "n": n}).status_code == 302
    found = cases.get(number)
    assert found.case.stage == "withdrawn"
    assert [facts.kind(e.fact) for e in cases.log(number)].count("withdrawn") == 1
    again = client.post(f"/mine/{number}/withdraw", {"key": "another", "n": str(found.case.n)})
    assert again.status_code == 409


def test_a_rating_is_given_once_and_nothing_is_chosen_before(client: Client) -> None:
    number = decided()
    sign_in(client, MOTHER)
    page = text(client.get(f"/mine/{number}"))
    assert page.count('name="grade"') == 5
    assert "checked" not in page[page.index('id="rate"') : page.index("提交评价")]
    assert client.post(f"/mine/{number}/rate", {"key": "k1"}).status_code == 422
    assert client.post(f"/mine/{number}/rate", {"key": "k2", "grade": "satisfied", "note": "很快"}).status_code == 302
    assert "您的评价：满意" in text(client.get(f"/mine/{number}"))
    assert client.post(f"/mine/{number}/rate", {"key": "k3", "grade": "fair"}).status_code == 409
    fact = cases.log(number)[-1].fact
    assert isinstance(fact, facts.Rated)
    assert cases.beside(number, fact.note).decode() == "很快"
    seen = access.answers(staff(PUTUO), number, reason="看评价", at=AT)
    assert "很快" not in [said for _, _, said in seen.notes]


def test_staff_do_not_rate_themselves() -> None:
    number = decided()
    with pytest.raises(NotAllowed):
        handle.rate(staff(PUTUO), number, "very_satisfied", at=AT)


def test_a_lost_form_is_filled_in_once_more(client: Client) -> None:
    """The answers went with a disk: the page shows the whole form, asks only for what is needed, and takes it."""
    receipt = correcting(AT)
    number = receipt.number
    found = cases.get(number).case
    was = msgspec.json.decode(cases.beside(number, found.answers))
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s and digest = %s", [number, found.answers])
    sign_in(client, MOTHER)
    page = text(client.get(f"/mine/{number}/correct"))
    assert "因系统故障丢失" in page and all(f'name="{code}"' in page for code in was)
    papers = [p.code for p in found.asked if p.what == "paper"]

    def scans() -> dict[str, SimpleUploadedFile]:
        return {f"file-{p}": SimpleUploadedFile("zm.pdf", pdf()) for p in papers}

    half = client.post(f"/mine/{number}/correct", {"key": "c1", "residence_address": "莘庄镇2号", **scans()})
    assert half.status_code == 422 and "请填写“民族”" in text(half)
    typed = {code: "on" if value is True else value for code, value in was.items()} | {"residence_address": "莘庄镇2号"}
    answer = client.post(f"/mine/{number}/correct", {"key": "c2", **typed, **scans()})
    assert answer.status_code == 302, text(answer)
    now = msgspec.json.decode(cases.beside(number, cases.get(number).case.answers))
    assert now == was | {"residence_address": "莘庄镇2号"}


def test_corrected_online_with_an_upload_of_grade_c(client: Client) -> None:
    receipt = correcting(AT)
    number = receipt.number
    sign_in(client, MOTHER)
    page = text(client.get(f"/mine/{number}/correct"))
    found = cases.get(number).case
    fields = [p.code for p in found.asked if p.what == "field"]
    papers = [p.code for p in found.asked if p.what == "paper"]
    assert all(f'name="{f}"' in page for f in fields)
    assert client.post(f"/mine/{number}/correct", {"key": "c0"}).status_code == 422
    values = dict.fromkeys(fields, "莘庄镇2号")
    scans = {f"file-{p}": SimpleUploadedFile("zm.pdf", pdf()) for p in papers}
    answer = client.post(f"/mine/{number}/correct", {"key": "c1", **values, **scans})
    assert answer.status_code == 302, text(answer)
    fact = cases.log(number)[-1].fact
    assert isinstance(fact, facts.CorrectionReceived)
    assert {p.grade for p in fact.papers} <= {"C"}


def test_a_resident_cannot_vouch_for_a_paper() -> None:
    number = correcting(AT).number
    actor, here = arrived(MOTHER)
    asked = [p.code for p in cases.get(number).case.asked if p.what == "paper"]
    from tongban.domain.handed_in import PaperIn

    with pytest.raises(Refused) as refused:
        handle.receive_correction(
            actor, number, {}, [PaperIn(asked[0] if asked else "x", "original", "A", "")], visit=here.visit, at=AT
        )
    assert refused.value.code in ("paper.not_seen", "paper.not_asked")


def test_a_credential_is_checked_by_anybody_and_says_when_it_was_revoked(client: Client) -> None:
    number = decided()
    sign_in(client, MOTHER)
    actor, visit = _visit(MOTHER)
    (listed,) = my_matters.matter(actor, visit, number, at=AT).credentials
    one = my_matters.credential(actor, visit, number, listed.n, at=AT)
    shown = client.get(f"/mine/{number}/credential/{one.n}")
    assert shown.status_code == 200
    assert MOTHER.name in text(shown)
    assert one.number in text(shown)
    checked = Client().get(f"/v/{one.code}")
    assert "现在有效" in text(checked)
    for personal in (MOTHER.name, MOTHER.number, one.number):
        assert personal not in text(checked)
    forged = one.code[:-9] + ("0" if one.code[-9] != "0" else "1") + one.code[-8:]
    assert Client().get(f"/v/{forged}").status_code == 404
    # Whoever has the published key checks it without us; the statement says what was issued, when, and the digest of its number.
    (key,) = Client().get("/v/keys.json").json()["keys"]
    fact = next(e.fact for e in cases.log(number) if e.n == one.n)
    words = (
        "tongban e-credential 1",
        number,
        str(one.n),
        fact.result,
        fact.credential,
        fact.on.isoformat(),
        fact.digest,
    )
    raw = base64.urlsafe_b64decode(one.code.partition("~")[2] + "==")
    assert key["provider"] == "sm2" and gmssl_pyx.sm2_verify(bytes.fromhex(key["key"]), "\n".join(words).encode(), raw)
    boss = staff(PUTUO, "case.read", "case.supervise", "case.handle")
    handle.revoke(boss, number, "行政许可法第六十九条", at=AT)
    assert "已被撤销" in text(Client().get(f"/v/{one.code}"))


def _visit(who: Identity):
    actor, here = arrived(who)
    return actor, here.visit


def test_who_looked_and_why_is_told(client: Client) -> None:
    number = received(AT).number
    access.answers(staff(PUTUO), number, reason="核对地址", at=AT)
    sign_in(client, MOTHER)
    for address in (f"/mine/{number}", "/mine/looks"):
        page = text(client.get(address))
        assert "核对地址" in page, address
        assert "长寿路街道" in page


def test_who_acts_by_a_written_mandate_sees_what_it_names_and_no_more(client: Client) -> None:
    number = received(AT).number
    actor, here = arrived(SON)
    # The case was handed in by the son: as himself he sees it, for the data of his mother he is told no looks.
    assert number in text(_signed(SON).get("/mine/"))
    from tongban.flows import arrive
    from tongban.registers.people import queries as people

    ref = people.mandates_for(here.applicant)[0].ref
    now_for = arrive.act_for(actor, here.visit, ref, at=AT)
    with pytest.raises(NotAllowed):
        my_matters.looks(actor, now_for.visit)


def _signed(who: Identity) -> Client:
    made = Client()
    sign_in(made, who)
    return made


def test_a_life_event_is_followed_by_one_number_and_taken_back(client: Client, compiled_city) -> None:
    from tests.flows import events
    from tongban.registers.mothers import queries as mothers

    at = events.when(compiled_city.event_situations, "birth")
    with clock.fixed(at):
        _, _, receipt, _ = events.submitted("birth", events.given(compiled_city.event_situations, "birth"), SON, at)
        number = receipt.number
        sign_in(client, SON)
        listed = text(client.get("/mine/"))
        assert f"/mine/{number}" in listed
        assert f"/mine/{number}-01" not in listed
        page = text(client.get(f"/mine/{number}"))
        parts = events.mother(number).parts
        assert page.count('class="rs-part ') == len(parts)
        assert page.count("办理经过（") == sum(bool(one.number) for one in parts)
        assert any(one.state in ("open", "held") for one in parts)
        for one in parts:
            if one.number:
                assert client.get(f"/mine/{one.number}").status_code == 200
            if one.state == "held":
                assert client.get(f"/mine/{number}/part/{one.part.item}").status_code == 200
            else:
                assert client.get(f"/mine/{number}/part/{one.part.item}").status_code == 404
        other = Client()
        sign_in(other, STRANGER)
        assert other.get(f"/mine/{number}").status_code == 404
        assert other.post(f"/mine/{number}/event-withdraw", {"key": "x"}).status_code == 404
        assert client.post(f"/mine/{number}/event-withdraw", {"key": "w1"}).status_code == 302
        assert mothers.get(number).mother.stage == "withdrawn"


def test_a_credential_that_was_stopped_is_not_good_until_that_is_lifted(client: Client) -> None:
    from tongban.registers.credentials import service as credentials

    number = decided()
    actor, here = arrived(MOTHER)
    (listed,) = my_matters.matter(actor, here.visit, number, at=AT).credentials
    one = my_matters.credential(actor, here.visit, number, listed.n, at=AT)
    kind = next(e.fact.credential for e in cases.log(number) if isinstance(e.fact, facts.ResultIssued))
    assert credentials.stop(here.applicant, kind, AT) == 1
    assert "已停用" in text(Client().get(f"/v/{one.code}"))
    sign_in(client, MOTHER)
    assert "已停用" in text(client.get(f"/mine/{number}/credential/{one.n}"))
    credentials.stop(here.applicant, kind, AT, lifted=True)
    assert "现在有效" in text(Client().get(f"/v/{one.code}"))
