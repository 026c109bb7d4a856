"""The case page: from hand-over to delivery by the buttons it offers, with everything masked until a reason is given, and two
clerks on one case."""

import io
import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from pypdf import PdfReader

from tests.channels.window.work_members import BACK_OFFICE, client_of, hidden, hire, putuo, text, yangpu
from tests.conftest import AT
from tests.flows.cases import received
from tests.flows.people import PUTUO, YANGPU, staff, with_mandate
from tests.flows.split_case import ANSWERS, PAPERS, split
from tests.plumbing.papers import jpeg, pdf
from tongban.channels.window.case_acts import DO, Given
from tongban.channels.window.case_words import ACTS
from tongban.domain import options
from tongban.domain.facts import Point
from tongban.domain.receiving import PaperIn
from tongban.domain.refusals import Refused
from tongban.flows import access, handle
from tongban.plumbing import clock, files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
SUPERVISOR = (*BACK_OFFICE, "case.supervise")


@pytest.fixture(autouse=True)
def _at() -> object:
    with clock.fixed(AT):
        yield


def url(number: str, rest: str = "") -> str:
    return f"/window/case/{number}/{rest}"


def do(client: object, number: str, act: str, **values: object) -> object:
    """Open the form of an act and send it, as a browser does."""
    page = client.get(url(number, f"?do={act}"))  # type: ignore[attr-defined]
    return client.post(url(number, f"act/{act}"), hidden(page, act) | values)  # type: ignore[attr-defined]


def stage(number: str) -> str:
    return access.case(staff(YANGPU, "case.read"), number).case.stage


def test_every_option_of_the_rulebook_has_a_word_a_key_a_flow_and_a_form() -> None:
    known = set(options._ACTS)
    assert set(ACTS) == set(DO) == known
    assert len({a.key for a in ACTS.values()}) == len(ACTS)


def test_from_take_over_to_delivery_by_the_buttons() -> None:
    here, home = putuo(), yangpu()
    number = split(here).number
    client = client_of(home)
    said = text(client.get(url(number)))
    assert "无人接办" in said and "接办" in said and "沈*芳" in said and "310***********0284" in said
    assert "沈桂芳" not in said and "13800138000" not in said
    assert do(client, number, "take_over").status_code == 302
    assert do(client, number, "accept").status_code == 302
    page = client.get(url(number))
    assert "部门受理" in text(page) and "承诺时限" in text(page)
    assert (
        do(
            client, number, "start_special", procedure="inspection", basis="行政许可法第四十五条", planned_days="3"
        ).status_code
        == 302
    )
    assert "特别程序" in text(client.get(url(number))) and stage(number) == "special"
    assert do(client, number, "end_special", outcome="done").status_code == 302
    assert do(client, number, "review", outcome="pass", note="家庭收入已核对").status_code == 302
    assert do(client, number, "add_papers", **{"paper:income_proof": "original"}).status_code == 302
    assert do(client, number, "decide", granted="yes", note="").status_code == 302
    assert do(client, number, "issue", result="low_income_certificate").status_code == 302
    assert do(client, number, "deliver", way="mail", to="agent").status_code == 302
    assert stage(number) == "delivered"
    said = text(client.get(url(number)))
    assert "办结（已送达）" in said and "顾后台" in said and "邮寄" in said
    assert "撤销决定" not in said, "only a supervisor revokes"


def test_only_what_is_possible_for_this_actor_is_offered() -> None:
    home = yangpu()
    number = split(putuo()).number
    here = hire("putuo2", "陈窗口", PUTUO)
    mine = client_of(here).get(url(number))
    assert "您在这里可以查看，不能办理" in text(mine) and "/act/" not in mine.content.decode()
    theirs = client_of(home).get(url(number))
    offered = {act for act, *_ in theirs.context["buttons"]}
    assert offered == {
        "take_over", "accept", "add_papers", "ask_correction", "not_accept", "hand_over", "hand_back", "withdraw",
    }  # fmt: skip
    assert next(act for act, *_ in theirs.context["buttons"]) == "take_over"
    # A form that is not possible now does not open, and its act is refused with the state as it is.
    assert client_of(home).get(url(number, "?do=deliver")).context["do"] == ""
    assert client_of(here).post(url(number, "act/accept"), {"n": "2", "key": "k"}).status_code == 403
    reader = client_of(hire("reader", "看客", YANGPU, ("case.read",)))
    said = text(reader.get(url(number)))
    assert "只能查看办理进度" in said and "沈" not in said and "汉族" not in said
    assert client_of(hire("far", "别处", "310115004")).get(url(number)).status_code == 404


def test_two_clerks_on_one_case_the_later_sees_what_happened_and_keeps_the_words() -> None:
    number = split(putuo()).number
    first, second = client_of(yangpu()), client_of(yangpu("yangpu2", "钱后台"))
    form = hidden(second.get(url(number, "?do=not_accept")), "not_accept")
    assert do(first, number, "take_over").status_code == 302
    late = second.post(url(number, "act/not_accept"), form | {"reason": "not_ours", "note": "请到民政窗口"})
    assert late.status_code == 409 and stage(number) == "received"
    said = text(late)
    assert "您的操作没有执行" in said and "顾后台" in said and "仍然可以做" in said
    assert "请到民政窗口" in late.content.decode(), "what was typed is kept"
    again = second.post(
        url(number, "act/not_accept"), hidden(late, "not_accept") | {"reason": "not_ours", "note": "请到民政窗口"}
    )
    assert again.status_code == 302 and stage(number) == "not_accepted"
    # Both decided to do the same: the later one is told that it is done.
    other = split(putuo_again(), key="b").number
    form = hidden(second.get(url(other)), "take_over")
    assert do(first, other, "take_over").status_code == 302
    late = second.post(url(other, "act/take_over"), form)
    assert late.status_code == 409 and "现在已不需要或不能做" in text(late)


def putuo_again() -> object:
    from tongban.reads import who
    from tongban.registers.staff.models import Staff

    return who.signed_in(Staff.objects.get(login="putuo"), AT)


def test_a_double_send_is_one_act() -> None:
    number = split(putuo()).number
    client = client_of(yangpu())
    form = hidden(client.get(url(number)), "take_over")
    assert [client.post(url(number, "act/take_over"), form).status_code for _ in range(3)] == [302, 302, 302]
    assert access.case(staff(YANGPU, "case.read"), number).case.n == 3


def test_a_refusal_keeps_what_was_typed_and_points_to_it() -> None:
    number = split(putuo()).number
    client = client_of(yangpu())
    long = "长" * 2100
    page = do(client, number, "not_accept", reason="not_ours", note=long)
    assert page.status_code == 422 and 'href="#f-note"' in page.content.decode() and long in page.content.decode()
    page = do(client, number, "not_accept", reason="", note="说明")
    assert page.status_code == 422 and "说明" in text(page) and 'href="#f-reason"' in page.content.decode()
    for act, values, pointer in (
        ("ask_correction", {"note": "x"}, "f-points"),
        ("ask_correction", {"point:paper:id_card": "nonsense"}, "f-point-paper-id_card"),
        ("ask_correction", {"point:paper:nothing": "missing"}, "f-point-paper-nothing"),
        ("hand_over", {"reason": "misjudged", "to": "999999999"}, "f-to"),
        ("hand_over", {"reason": "tired", "to": PUTUO}, "f-reason"),
        ("hand_back", {"reason": ""}, "f-reason"),
    ):
        page = do(client, number, act, **values)
        assert page.status_code == 422 and f'href="#{pointer}"' in page.content.decode(), (act, values)
    do(client, number, "accept")
    for act, values, pointer in (
        ("decide", {"granted": "no", "note": ""}, "f-note"),
        ("decide", {}, "f-granted"),
        ("start_special", {"procedure": "hearing", "basis": "法", "planned_days": "3"}, "f-procedure"),
        ("start_special", {"procedure": "inspection", "basis": " ", "planned_days": "3"}, "f-basis"),
        ("start_special", {"procedure": "inspection", "basis": "法", "planned_days": "½"}, "f-planned_days"),
        ("review", {"outcome": "maybe"}, "f-outcome"),
    ):
        page = do(client, number, act, **values)
        assert page.status_code == 422 and f'href="#{pointer}"' in page.content.decode(), (act, values)
    assert stage(number) == "accepted"


@pytest.mark.parametrize(
    "sent", [{}, {"n": "x", "key": "k"}, {"n": "3"}, {"n": "9" * 30, "key": "k"}, {"n": "3", "key": "k" * 99}]
)
def test_without_what_was_seen_and_a_key_nothing_is_done(sent: dict[str, str]) -> None:
    number = split(putuo()).number
    assert client_of(yangpu()).post(url(number, "act/take_over"), sent).status_code == 422
    assert access.case(staff(YANGPU, "case.read"), number).case.n == 2


def test_unknown_acts_and_getting_an_act_are_no_pages() -> None:
    number = split(putuo()).number
    client = client_of(yangpu())
    assert client.post(url(number, "act/destroy"), {"n": "2", "key": "k"}).status_code == 404
    assert client.get(url(number, "act/accept")).status_code == 405
    assert client.get(url("3" * 22)).status_code == 404
    assert client.get(url("x'or'1")).status_code == 404


def test_correction_told_once_taken_in_at_the_receiving_counter_and_again_only_by_a_supervisor() -> None:
    here, home = putuo(), yangpu()
    number = split(here).number
    client = client_of(home)
    points = {"point:field:household_members": "incomplete", "point:paper:economic_authorisation": "not_stamped"}
    assert do(client, number, "ask_correction", note="请写明关系并签字", **points).status_code == 302
    said = text(client.get(url(number)))
    assert "填写不完整" in said and "缺少签字或盖章" in said and "待补正" in said and "补正期限" in said
    # The clerk of 普陀 sees the case, and takes the correction in as soon as the person stands at the counter.
    desk_clerk = hire("putuo2", "陈窗口", PUTUO, ("case.receive", "case.read"))
    desk = client_of(desk_clerk)
    assert [b[0] for b in desk.get(url(number)).context["buttons"]] == []
    with_mandate(desk_clerk, AT)
    form = desk.get(url(number, "?do=receive_correction"))
    assert hidden(form, "receive_correction")["visit"]
    half = do(desk, number, "receive_correction", **{"answer:household_members": "沈桂芳,本人;沈建国,子"})
    assert half.status_code == 422 and "沈建国" in half.content.decode() and "一次交齐" in text(half)
    done = do(
        desk, number, "receive_correction",
        **{"answer:household_members": "沈桂芳,本人;沈建国,子", "paper:economic_authorisation": "original"},
    )  # fmt: skip
    assert done.status_code == 302 and stage(number) == "received"
    assert "补正受理" in text(desk.get(url(number)))
    # Once is once.
    assert "ask_correction" not in {b[0] for b in client.get(url(number)).context["buttons"]}
    chief = client_of(yangpu("chief", "陆主任", SUPERVISOR))
    form = chief.get(url(number, "?do=ask_correction"))
    assert "再次补正的理由" in text(form)
    assert do(chief, number, "ask_correction", **{"point:paper:id_card": "expired"}).status_code == 422
    assert (
        do(chief, number, "ask_correction", second="证件当日到期", **{"point:paper:id_card": "expired"}).status_code
        == 302
    )
    assert stage(number) == "correcting"


def test_of_a_lost_form_every_field_is_asked_for() -> None:
    """The answers went with a disk: who holds the case fills in the whole form, with the clerk who took the call or the letter."""
    here, home = putuo(), yangpu()
    number = split(here).number
    client = client_of(home)
    do(client, number, "ask_correction", **{"point:field:household_members": "incomplete"})
    assert client.get(url(number, "?do=receive_correction")).content.decode().count('name="answer:') == 1
    with connection.cursor() as cur:
        cur.execute("delete from cases_sealed")
    page = client.get(url(number, "?do=receive_correction"))
    assert "随系统故障丢失" in text(page)
    assert all(f'name="answer:{code}"' in page.content.decode() for code in ANSWERS)
    half = do(client, number, "receive_correction", **{"answer:household_members": "沈桂芳,本人;沈建国,儿子"})
    assert half.status_code == 422 and stage(number) == "correcting"
    given = {f"answer:{code}": "true" if value is True else str(value) for code, value in ANSWERS.items()}
    given["answer:household_members"] = "沈桂芳,本人\r\n沈建国,儿子"
    done = do(client, number, "receive_correction", **given)
    assert done.status_code == 302 and stage(number) == "received", text(done)
    now = access.answers(home, number, reason="办理", at=AT).answers
    assert now.keys() >= ANSWERS.keys() and now["household_members"] == "沈桂芳,本人\n沈建国,儿子"


def test_a_case_whose_form_is_lost_is_judged_by_nobody_and_the_page_says_what_to_do() -> None:
    home = yangpu()
    number = split(putuo()).number
    client = client_of(home)
    do(client, number, "take_over")
    before = client.get(url(number))
    judging = ("act/accept", "?do=not_accept")
    assert all(act in before.content.decode() for act in judging) and "受理条件" in text(before)
    stale = hidden(client.get(url(number, "?do=not_accept")), "not_accept")
    with connection.cursor() as cur:
        cur.execute("delete from cases_sealed")
    page = client.get(url(number))
    assert "不能受理、审核和决定" in text(page) and not any(act in page.content.decode() for act in judging)
    assert "受理条件" not in text(page), "nothing is weighed of what is not known"
    late = client.post(url(number, "act/not_accept"), stale | {"reason": "not_needed", "note": "不需要"})
    assert late.status_code == 422 and "随系统故障丢失" in text(late)
    assert "不是申请人的过错" in text(client.get(url(number, "?do=ask_correction")))
    asked = do(client, number, "ask_correction", note="系统故障，请重新填写，抱歉")
    assert asked.status_code == 302 and stage(number) == "correcting", text(asked)
    assert "已请申请人在任何窗口或者网上重新填写" in text(client.get(url(number)))
    notice = client.post(url(number, "print/correction")).content
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(notice)).pages).replace("\n", "")
    assert "申请表（全部）" in said and "不是您的过错" in said, said
    given = {f"answer:{code}": "true" if value is True else str(value) for code, value in ANSWERS.items()}
    assert do(client, number, "receive_correction", **given).status_code == 302
    assert "不能受理、审核和决定" not in text(client.get(url(number)))
    do(client, number, "accept")
    assert stage(number) == "accepted"


def test_answers_of_an_act_are_read_as_on_every_other_form() -> None:
    """One tick of several is still a list, a date may be typed without dashes, and what no form asks is told at its place."""
    data = QueryDict(mutable=True)
    data.setlist("answer:job_intention", ["employer"])
    data["answer:birth_date"] = "19480312"
    data["note"] = "x"
    assert given(data) == {"job_intention": ["employer"], "birth_date": "1948-03-12"}
    data["answer:shoe_size"] = "42"
    with pytest.raises(Refused) as refused:
        given(data)
    assert [p.pointer for p in refused.value.problems] == ["/answers/answer:shoe_size"]


def given(data: QueryDict) -> dict[str, object]:
    return Given(staff(YANGPU), "", data, MultiValueDict(), "", {}).answers()


def test_a_scan_is_taken_in_kept_sealed_and_seen_only_with_a_reason() -> None:
    here, home = putuo(), yangpu()
    number = split(here).number
    client = client_of(home)
    do(client, number, "ask_correction", **{"point:paper:id_card": "unreadable"})
    from django.core.files.uploadedfile import SimpleUploadedFile

    def send(name: str, data: bytes) -> object:
        return do(
            client,
            number,
            "receive_correction",
            **{"paper:id_card": "original", "file:id_card": SimpleUploadedFile(name, data)},
        )

    assert "upload" not in text(send("身份证.jpg", b"MZ not a picture"))
    assert stage(number) == "correcting"
    assert send("身份证.jpg", jpeg()).status_code == 302
    digest = next(p.digest for p in access.case(staff(YANGPU, "case.read"), number).case.papers if p.digest)
    where = url(number, f"paper/{digest}")
    assert client.get(where).status_code == 405
    assert client.post(where, {"reason": " "}).status_code == 422
    seen = client.post(where, {"reason": "核对证件"})
    assert seen.status_code == 200 and seen["Content-Type"] == "image/jpeg"
    assert b"".join(seen.streaming_content) == files.read(digest)
    assert seen["X-Content-Type-Options"] == "nosniff" and seen["Cache-Control"] == "no-store"
    assert "sandbox" in seen["Content-Security-Policy"] and "default-src 'none'" in seen["Content-Security-Policy"]
    assert seen["Content-Disposition"].startswith("inline; ")
    assert client.post(url(number, f"paper/{'0' * 64}"), {"reason": "核对证件"}).status_code == 404
    # A paper of another case is not opened by this one, and who may not see persons sees no paper.
    other = files.keep(pdf())
    assert client.post(url(number, f"paper/{other}"), {"reason": "核对证件"}).status_code == 404
    blind = client_of(yangpu("blind", "无权", ("case.read", "case.handle")))
    assert blind.post(where, {"reason": "核对证件"}).status_code == 403
    with connection.cursor() as cur:
        cur.execute("select count(*) from audit_line where act = 'look.scan' and \"case\" = %s", [number])
        assert cur.fetchone()[0] == 1


def test_what_is_no_picture_and_no_pdf_is_saved_not_shown() -> None:
    kept = files.keep(b"PK\x03\x04 something of another kind")
    number = split(putuo(), papers=(PaperIn("id_card", digest=kept), *PAPERS[1:])).number
    seen = client_of(yangpu()).post(url(number, f"paper/{kept}"), {"reason": "核对证件"})
    assert seen["Content-Type"] == "application/octet-stream" and seen["Content-Disposition"].startswith("attachment; ")


def test_the_form_is_masked_opened_with_a_reason_and_the_look_is_shown() -> None:
    number = split(putuo()).number
    handle.ask_correction(yangpu_actor := yangpu(), number, [Point("field", "phone", "wrong")], "电话打不通", at=AT)
    client = client_of(yangpu_actor)
    assert "还没有人查看过完整内容" in text(client.get(url(number)))
    assert client.post(url(number, "look"), {"reason": ""}).status_code == 422
    part = client.post(url(number, "look"), {"reason": "电话联系申请人"}, headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<html" not in part.content.decode()
    said = text(part)
    assert (
        "沈桂芳" in said
        and "13800138000" in said
        and "沈建国" in said
        and "电话打不通" in said
        and "申请助学金" in said
    )
    whole = client.post(url(number, "look"), {"reason": "电话联系申请人"})
    assert "13800138000" in text(whole) and "no-store" in whole["Cache-Control"]
    said = text(client.get(url(number)))
    assert "13800138000" not in said and said.count("理由：电话联系申请人") == 2


def test_a_refusal_says_why_and_its_note_is_opened_with_a_reason() -> None:
    clerk = putuo()
    direct = received("jinglaoka", clerk).number
    client = client_of(clerk)
    assert "finish" not in {b[0] for b in client.get(url(direct)).context["buttons"]}
    assert do(client, direct, "decide", granted="no", note="年龄不符").status_code == 302
    said = text(client.get(url(direct)))
    assert "办结（不通过）" in said and "年龄不符" not in said


def test_an_on_the_spot_item_is_finished_by_one_button_that_asks_once_more() -> None:
    clerk = putuo()
    number = received("dibao_zhengming", clerk).number
    client = client_of(clerk)
    page = client.get(url(number))
    assert page.context["page"].next_act == "finish" and "当场决定、制发并交付结果" in page.content.decode()
    assert client.post(url(number, "act/finish"), hidden(page, "finish")).status_code == 302
    assert access.case(clerk, number).case.stage == "delivered"


def test_what_is_settled_at_home_is_reviewed_here_and_decided_there() -> None:
    here, home = putuo(), yangpu()
    good, bad = received("lianzu", here).number, received("lianzu", here).number
    client = client_of(here)
    page = client.get(url(good))
    assert page.context["page"].next_act == "review" and "decide" not in page.context["page"].acts
    assert do(client, good, "review", outcome="pass").status_code == 302
    assert "您在这里可以查看" in text(client.get(url(good))) or "申请人正在您的窗口" in text(client.get(url(good)))
    assert good in text(client_of(home).get("/window/work/")) and good in text(client.get("/window/work/?show=sent"))
    # After a failed review only a refusal is left here.
    assert do(client, bad, "review", outcome="fail", note="面积超标").status_code == 302
    form = client.get(url(bad, "?do=decide"))
    assert 'name="granted" value="yes"' not in form.content.decode() and "本中心只能不予通过" in text(form)
    refused = client.post(url(bad, "act/decide"), hidden(form, "decide") | {"granted": "yes", "note": ""})
    assert refused.status_code == 422 and "户籍地中心决定" in text(refused)
    assert do(client, bad, "decide", granted="no", note="面积超标").status_code == 302


def test_a_supervisor_reassigns_and_revokes() -> None:
    number = split(putuo()).number
    clerk, chief = client_of(yangpu()), client_of(yangpu("chief", "陆主任", SUPERVISOR))
    assert "督办改派" not in text(clerk.get(url(number, "?do=hand_over")))
    assert do(clerk, number, "hand_over", reason="reassigned", to="310112101").status_code == 403
    assert do(chief, number, "accept").status_code == 302
    assert do(chief, number, "decide", granted="yes", note="").status_code == 302
    assert do(chief, number, "revoke", law="行政许可法第六十九条", note="材料虚假").status_code == 302
    assert stage(number) == "revoked"


def test_what_is_passed_on_leaves_the_clerk_at_the_list() -> None:
    here, home = putuo(), yangpu()
    number = split(here).number
    client = client_of(home)
    passed = do(client, number, "hand_over", reason="misjudged", to="310112101")
    assert passed.status_code == 302 and passed["Location"] == "/window/work/"
    page = client.get("/window/work/")
    assert page.status_code == 200 and "已完成：移交其他中心" in text(page) and number not in text(page)
    assert client.get(url(number)).status_code == 404, "no longer theirs to read"
    other = client_of(hire("minhang", "吴窗口", "310112101"))
    assert "归属地判断有误" in text(other.get(url(number)))
    back = do(other, number, "hand_back", reason="wrong_item")
    assert back["Location"] == "/window/work/" and "退回" in text(client.get("/window/work/"))


def test_english_is_whole() -> None:
    number = split(putuo()).number
    client = client_of(yangpu())
    client.cookies["lang"] = "en"
    for page in (client.get("/window/work/"), client.get(url(number)), client.get(url(number, "?do=ask_correction"))):
        assert page.status_code == 200
    said = text(client.get(url(number, "?do=not_accept")))
    assert "Nobody looked" in said and "Do not accept" in said and "It is the business of another authority" in said
    buttons = re.findall(r'(?s)class="tb-acts[^"]*".*?</section>', client.get(url(number)).content.decode())[0]
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"<[^>]*>", "", buttons))


def test_the_right_papers_are_printed_at_each_stage_and_the_print_is_a_look() -> None:
    number = split(putuo()).number
    client = client_of(yangpu())

    def offered() -> list[str]:
        return [kind for kind, _ in client.get(url(number)).context["prints"]]

    def printed(kind: str) -> str:
        answer = client.post(url(number, f"print/{kind}"))
        assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)

    assert offered() == ["tolerance_notice", "receipt"]
    assert client.post(url(number, "print/decision")).status_code == 422
    assert client.post(url(number, "print/nonsense")).status_code == 404
    assert client.get(url(number, "print/receipt")).status_code == 405
    do(client, number, "accept")
    do(client, number, "start_special", procedure="inspection", basis="行政许可法第四十五条", planned_days="3")
    assert offered()[:2] == ["special", "acceptance"]
    assert "沈桂芳" in printed("acceptance") and "实地核查" in printed("special")
    said = text(client.get(url(number)))
    assert "打印受理通知书" in said and "打印特别程序告知书" in said, "who printed what stands among the looks"
    follower = client_of(yangpu("follow", "看客", ("case.read",)))
    assert follower.post(url(number, "print/acceptance")).status_code == 403
    assert follower.get(url(number)).context["prints"] == []


def test_the_notice_says_the_reason_in_words_not_as_a_code() -> None:
    number = split(putuo()).number
    client = client_of(yangpu())
    do(client, number, "not_accept", reason="not_ours", note="请到区民政局")
    answer = client.post(url(number, "print/not_accepted"))
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "不属于本机关职权范围" in said and "请到区民政局" in said and "not_ours" not in said
