"""The resident's door: strangers are sent to sign in, who signed in acts for themselves or under a mandate that holds, and nobody
gets by it what belongs to a counter."""

import datetime as dt

import pytest
from django.test import Client

from tests.channels.resident.signed_in import arrived, sign_in
from tests.conftest import AT
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tongban.domain.acting import Proof
from tongban.domain.nodes import Node, Nodes
from tongban.domain.person import Identity
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.domain.text import Text
from tongban.flows import access, arrive, entrust, permissions, serve
from tongban.plumbing import clock
from tongban.plumbing.audit.models import Line
from tongban.plumbing.here import as_node
from tongban.reads import door as reads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
CHILD = Identity(kind="citizen", name="沈小满", number="31011020180503101X", birth=dt.date(2018, 5, 3), sex="male")


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def mandate(principal: Identity, agent: Identity, kind: str = "written", **more) -> str:
    clerk = staff(PUTUO)
    met = serve.meet(clerk, principal, how="typed", agent=agent, at=AT)
    until = None if kind == "guardian" else dt.date(2026, 12, 31)
    return serve.register_mandate(clerk, met.visit, kind=kind, until=until, paper="wt-1", at=AT, **more)


def test_a_stranger_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/for-whom")
    assert answer.headers["Location"] == "/sign-in?next=%2Ffor-whom"
    assert client.post("/for-whom").status_code == 401


def test_who_signed_in_is_named(client: Client) -> None:
    sign_in(client, SON)
    page = client.get("/for-whom")
    assert SON.name in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"


def test_signing_out_ends_visit_and_session(client: Client) -> None:
    here = sign_in(client, SON)
    client.post("/sign-out")
    assert client.get("/for-whom").status_code == 302
    with pytest.raises(Refused) as refused:
        access.visit(arrive.resident(here.applicant, here.center), here.visit)
    assert refused.value.code == "visit.closed"


def test_idle_for_half_an_hour_is_out(client: Client) -> None:
    sign_in(client, SON)
    with clock.fixed(AT + dt.timedelta(minutes=31)):
        assert client.get("/for-whom").status_code == 302


def test_a_face_alone_never_opens(client: Client) -> None:
    actor = arrive.of_identity(SON, arrive.online_center())
    for methods in (("face",), ("pwd",), ("otp",), ("face", "pwd")):
        with pytest.raises(NotAllowed) as refused:
            arrive.sign_in(actor, SON, Proof(methods, AT), at=AT)
        assert refused.value.code == "door.not_proven"
    with pytest.raises(NotAllowed) as refused:
        arrive.sign_in(actor, SON, Proof(("pwd", "otp"), AT - dt.timedelta(hours=1)), at=AT)
    assert refused.value.code == "door.proof_old"


def test_nobody_signs_in_as_somebody_else() -> None:
    actor = arrive.of_identity(MOTHER, arrive.online_center())
    with pytest.raises(NotAllowed) as refused:
        arrive.sign_in(actor, SON, Proof(("pwd", "otp"), AT), at=AT)
    assert refused.value.code == "door.not_you"


def test_a_child_signs_in_by_its_guardian_only(client: Client) -> None:
    with pytest.raises(NotAllowed) as refused:
        arrived(CHILD)
    assert refused.value.code == "door.too_young"
    written = mandate(CHILD, MOTHER)
    guardian = mandate(CHILD, SON, "guardian")
    actor, here = arrived(MOTHER)
    with pytest.raises(Refused) as refused:
        arrive.act_for(actor, here.visit, written, at=AT)
    assert refused.value.code == "mandate.guardian_only"
    actor, here = arrived(SON)
    assert arrive.act_for(actor, here.visit, guardian, at=AT).agent == here.applicant
    (choice,) = reads.choices(*_again(SON), at=AT)
    assert (choice.relation, choice.name, choice.why_not) == ("child", CHILD.name, None)


def _again(who: Identity):
    actor, here = arrived(who)
    return actor, here.visit


def test_for_the_mother_both_names_stand_everywhere(client: Client) -> None:
    ref = mandate(MOTHER, SON)
    here = sign_in(client, SON)
    page = client.post("/for-whom", {"mandate": ref, "next": "/for-whom"}, follow=True).content.decode()
    assert f"{SON.name} 为 {MOTHER.name} 办理" in page
    line = Line.objects.filter(act="door.act_for").get()
    assert line.actor == f"resident:{here.applicant}"
    assert here.applicant in line.detail
    assert str(line.person) != here.applicant
    back = client.post("/for-whom", {"mandate": "", "next": "/for-whom"}, follow=True).content.decode()
    assert "为 " + MOTHER.name not in back


def test_a_mandate_of_others_or_an_ended_one_is_none() -> None:
    of_others = mandate(SON, MOTHER)
    actor, here = arrived(SON)
    with pytest.raises(NotFound):
        arrive.act_for(actor, here.visit, of_others, at=AT)
    mine, later = mandate(MOTHER, SON), AT + dt.timedelta(days=200)
    actor, here = arrived(SON, later)
    with pytest.raises(Refused) as refused:
        arrive.act_for(actor, here.visit, mine, at=later)
    assert refused.value.code == "mandate.ended"


def test_a_resident_has_no_counter() -> None:
    ref = mandate(MOTHER, SON)
    actor, here = arrived(SON)
    with pytest.raises(NotAllowed):
        serve.meet(actor, MOTHER, how="typed", center=here.center, at=AT)
    now_for = arrive.act_for(actor, here.visit, ref, at=AT)
    with pytest.raises(NotAllowed):
        serve.register_mandate(actor, now_for.visit, until=dt.date(2030, 1, 1), paper="mine", at=AT)


def test_a_mandate_given_online_holds_until_it_is_taken_back(client: Client) -> None:
    sign_in(client, MOTHER)
    wrong = {"name": SON.name, "number": SON.number, "until": "2031-01-01", "key": "g1"}
    assert client.post("/mine/mandates/give", wrong).status_code == 422
    assert '<option value="jinglaoka">敬老卡申领</option>' in client.get("/mine/mandates").content.decode()
    unknown = {"name": SON.name, "number": SON.number, "until": "2027-06-30", "relation": "boss", "key": "g1"}
    refused = client.post("/mine/mandates/give", unknown)
    assert refused.status_code == 422 and 'href="#f-relation"' in refused.content.decode()
    given = {"name": SON.name, "number": SON.number, "until": "2027-06-30", "item": "jinglaoka", "relation": "parent", "key": "g2"}  # fmt: skip
    assert client.post("/mine/mandates/give", given).status_code == 302
    actor, here = arrived(SON)
    (choice,) = reads.choices(actor, here.visit, at=AT)
    assert (choice.name, choice.relation, choice.why_not) == (MOTHER.name, "parent", None)
    assert [one.zh for one in choice.items] == ["敬老卡申领"]
    now_for = arrive.act_for(actor, here.visit, choice.mandate, at=AT)
    page = client.get("/mine/mandates").content.decode()
    assert "撤销委托" in page and "受托人是委托人的子女" in page
    assert client.post(f"/mine/mandates/end/mandate/{choice.mandate}").status_code == 302
    actor, here = arrived(SON)
    assert reads.choices(actor, here.visit, at=AT)[0].why_not is not None
    with pytest.raises(Refused):
        arrive.act_for(actor, here.visit, choice.mandate, at=AT)
    assert now_for.agent


def test_for_whom_is_grouped_in_plain_words(client: Client) -> None:
    sign_in(client, SON)
    assert "登记" in client.get("/for-whom").content.decode()
    mandate(MOTHER, SON, relation="parent")
    mandate(CHILD, SON, "guardian")
    friend = Identity(kind="citizen", name="周远", number="310101199003071230", birth=dt.date(1990, 3, 7), sex="male")
    mandate(friend, SON)
    page = client.get("/for-whom").content.decode()
    places = [
        page.index(words)
        for words in ("为自己办", "为孩子办", CHILD.name, "为父母办", MOTHER.name, "为委托人办", "周远")
    ]
    assert places == sorted(places)
    assert "为配偶办" not in page


def test_who_acts_for_somebody_gives_no_mandate_in_their_name() -> None:
    ref = mandate(MOTHER, SON)
    actor, here = arrived(SON)
    now_for = arrive.act_for(actor, here.visit, ref, at=AT)
    with pytest.raises(NotAllowed) as refused:
        entrust.give(actor, now_for.visit, CHILD, (), dt.date(2027, 1, 1), at=AT)
    assert refused.value.code == "mandate.own_only"


def test_a_mandate_that_ends_in_the_middle_closes_the_door(client: Client) -> None:
    ref = mandate(MOTHER, SON)
    sign_in(client, SON)
    client.post("/for-whom", {"mandate": ref})
    assert client.get("/mine/").status_code == 200
    actor, here = arrived(MOTHER)
    permissions.end_mandate(actor, here.visit, ref, at=AT)
    assert client.get("/mine/").status_code == 302


def test_on_the_node_of_a_district_one_is_sent_to_the_city(client: Client) -> None:
    nodes = Nodes(
        (
            Node("city", Text("市级系统", "City system"), "city", ("310000",)),
            Node("putuo", Text("普陀区系统", "Putuo system"), "district", ("310107",)),
        )
    )
    with as_node("putuo", nodes):
        answer = client.get("/sign-in/go")
    assert answer.status_code == 403
    assert "市级站点" in answer.content.decode()
