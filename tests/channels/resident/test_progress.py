"""A case followed by its number and code: right ones open it, wrong ones do not, guessing ends, and nothing leaks."""

import datetime as dt
import logging

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.channels.resident.cases import CLERK, correcting, received
from tests.conftest import AT
from tests.flows.people import MOTHER, SON, YANGPU, staff
from tests.flows.split_case import split
from tongban.flows import deliver, handle
from tongban.flows.receive import Receipt
from tongban.plumbing import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
PERSONAL = (MOTHER.name, SON.name, MOTHER.number, SON.number, "13800138000", "四平路", "莘庄镇1号")


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def ask(client: Client, number: str, code: str, **extra: str) -> HttpResponse:
    return client.post("/progress", {"number": number, "code": code}, **extra)  # type: ignore[return-value]


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_number_and_code_open_the_page(client: Client) -> None:
    receipt = received(AT)
    answer = ask(client, receipt.number, receipt.query_code)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/p/{receipt.number}"
    assert receipt.query_code not in answer.headers["Location"]
    cookie = answer.cookies["pass"]
    assert receipt.query_code not in cookie.value
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/p/{receipt.number}", True, "Lax")
    page = client.get(f"/p/{receipt.number}")
    text = body(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert "部门受理" in text
    assert "还有 30 个工作日" in text
    assert "长寿路街道社区事务受理服务中心" in text
    assert "您现在不需要做什么" in text
    for personal in PERSONAL:
        assert personal not in text
    assert receipt.query_code not in text


def test_typed_as_people_type(client: Client) -> None:
    receipt = received(AT)
    spaced = f" {receipt.number[:9]} {receipt.number[9:15]} {receipt.number[15:].lower()} "
    assert ask(client, spaced, f" {receipt.query_code.lower()} ").status_code == 302


@pytest.mark.parametrize(("number", "code", "words"), [
    ("", "", ["请填写办件编号", "请填写查询码"]),
    ("123", "ACDEFG", ["22位"]),
    ("310107015260901000001X", "ACDEFG", []),
    ("<script>alert(1)</script>", "ACDEFG", ["&lt;script&gt;"]),
    ("3101070152609010000\x0001", "AC\x00", []),
    ("９" * 22, "ＡＣＤＥＦＧ", []),
    ("1" * 5000, "A" * 5000, []),
])  # fmt: skip
def test_slips_are_told_at_their_field_and_cost_no_try(
    client: Client, number: str, code: str, words: list[str]
) -> None:
    for _ in range(12):
        answer = ask(client, number, code)
    assert answer.status_code == 422
    assert "没有查到" in body(answer)
    for word in words:
        assert word in body(answer)


def test_wrong_code_and_unknown_number_answer_alike(client: Client) -> None:
    receipt = received(AT)
    wrong = ask(client, receipt.number, "AAAAAA")
    unknown = ask(client, "310107015260901999999" + _check("310107015260901999999"), "AAAAAA")
    assert wrong.status_code == unknown.status_code == 422
    assert "没有找到这个办件" in body(wrong)
    assert body(wrong).replace(receipt.number, "").count("没有找到") == body(unknown).count("没有找到")
    assert "pass" not in wrong.cookies


def _check(main: str) -> str:
    from tongban.domain.check_digits import mod_37_36

    return mod_37_36(main)


def test_guessing_ends_after_ten_and_begins_again_after_a_quarter_of_an_hour(client: Client) -> None:
    receipt = received(AT)
    for _ in range(10):
        assert ask(client, receipt.number, "AAAAAA").status_code == 422
    stopped = ask(client, receipt.number, "AAAAAA")
    assert stopped.status_code == 429
    assert "10:15" in body(stopped)
    assert stopped.headers["Retry-After"] == "900"
    assert ask(client, receipt.number, receipt.query_code).status_code == 429, (
        "not even the right one, or guessing pays"
    )
    assert ask(Client(), receipt.number, receipt.query_code, REMOTE_ADDR="10.9.9.9").status_code == 302, "others may"
    with clock.fixed(AT + dt.timedelta(minutes=15, seconds=1)):
        assert ask(client, receipt.number, receipt.query_code).status_code == 302


def test_right_ones_never_use_up_the_tries(client: Client) -> None:
    receipt = received(AT)
    for _ in range(15):
        assert ask(client, receipt.number, receipt.query_code).status_code == 302


def test_a_stranger_with_many_addresses_cannot_guess_on(client: Client) -> None:
    receipt = received(AT)
    answers = [ask(client, receipt.number, "AAAAAA", REMOTE_ADDR=f"10.0.{n}.1").status_code for n in range(61)]
    assert answers.count(422) == 60
    assert answers[-1] == 429


def test_the_pass_opens_one_case_for_half_an_hour(client: Client) -> None:
    receipt, other = received(AT), received(AT, "k2")
    value = ask(client, receipt.number, receipt.query_code).cookies["pass"].value
    stranger = Client()
    stranger.cookies["pass"] = value
    assert "部门受理" not in body(stranger.get(f"/p/{other.number}")), "not for another case"
    assert "部门受理" in body(stranger.get(f"/p/{receipt.number}"))
    stranger.cookies["pass"] = value[:-6] + "AAAAAA"
    changed = stranger.get(f"/p/{receipt.number}")
    assert changed.status_code == 200
    assert "部门受理" not in body(changed)
    stranger.cookies["pass"] = value
    with clock.fixed(AT + dt.timedelta(minutes=31)):
        assert "部门受理" not in body(stranger.get(f"/p/{receipt.number}"))
    left = client.post(f"/p/{receipt.number}/leave")
    assert left.headers["Location"] == "/progress"
    assert left.cookies["pass"]["max-age"] == 0


def test_a_receipts_qr_leads_to_the_form_with_the_number(client: Client) -> None:
    receipt = received(AT)
    page = client.get(f"/p/{receipt.number}")
    assert f'value="{receipt.number}"' in body(page)
    assert "resident/pass.js" in body(page)
    assert "部门受理" not in body(page), "the number alone opens nothing"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_printed_without_names_and_only_with_a_pass(client: Client) -> None:
    import io

    from pypdf import PdfReader

    receipt = correcting(AT)
    assert client.get(f"/p/{receipt.number}/print").headers["Location"] == f"/p/{receipt.number}"
    ask(client, receipt.number, receipt.query_code)
    answer = client.get(f"/p/{receipt.number}/print")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    text = "".join("".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(answer.content)).pages)
    assert "办件进度" in text
    assert receipt.query_code in text, "so that the paper leads back to the page"
    for personal in PERSONAL:
        assert personal not in text


def test_the_qr_of_a_receipt_keeps_the_code_behind_the_hash() -> None:
    from tongban.reads import printout

    receipt = received(AT)
    link = printout.progress_of(receipt.number, receipt.query_code, at=AT).link
    assert link.endswith(f"/p/{receipt.number}#{receipt.query_code}")


def test_what_to_correct_by_name_with_sample_date_and_place(client: Client) -> None:
    receipt = correcting(AT)
    ask(client, receipt.number, receipt.query_code)
    text = body(client.get(f"/p/{receipt.number}"))
    for words in (
        "个税声明",
        "缺少签字或盖章",
        "受理窗口提供式样",
        "居住地详细地址",
        "填写不完整",
        "2026年9月15日",
        "任何一个社区事务受理服务中心",
        "不计入办理时限",
    ):
        assert words in text
    assert "tax_statement" not in text
    assert "请补签名" not in text, "the clerk's note is on the paper notice only"


def test_the_code_is_not_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    receipt = received(AT)
    with caplog.at_level(logging.DEBUG):
        ask(client, receipt.number, receipt.query_code)
        client.get(f"/p/{receipt.number}")
        ask(client, receipt.number, "ZZZ")
    assert receipt.query_code not in caplog.text


def test_in_english(client: Client) -> None:
    receipt = correcting(AT)
    client.cookies["lang"] = "en"
    ask(client, receipt.number, receipt.query_code)
    text = body(client.get(f"/p/{receipt.number}"))
    for words in ("Please correct", "not signed or stamped", "10 working days left", "Who has it now"):
        assert words in text


def test_a_post_from_elsewhere_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert ask(strict, "x", "y").status_code == 403


def page_of(client: Client, receipt: Receipt) -> str:
    ask(client, receipt.number, receipt.query_code)
    return body(client.get(f"/p/{receipt.number}"))


def test_handed_over_says_where_it_is_and_that_nobody_took_it_up(client: Client) -> None:
    receipt = split(CLERK)
    text = page_of(client, receipt)
    for words in (
        "材料已移交给负责办理的中心",
        "四平路街道社区事务受理服务中心",
        "还没有人接手",
        # One clock: the limit that centers set each other is not the resident's; theirs runs from the receipt.
        "告知您是否受理的最迟日期",
        "2026年9月10日",
        "您承诺补交的材料",
    ):
        assert words in text, words
    handle.take_over(staff(YANGPU), receipt.number, at=AT)
    text = page_of(client, receipt)
    assert "由这个中心办理" in text and "2026年9月8日" in text
    assert "告知您是否受理的最迟日期" in text


def test_a_special_procedure_stops_the_clock(client: Client) -> None:
    receipt, home = split(CLERK), staff(YANGPU)
    handle.take_over(home, receipt.number, at=AT)
    handle.accept(home, receipt.number, at=AT)
    handle.start_special(home, receipt.number, "inspection", "《行政许可法》第四十五条", 10, at=AT)
    text = page_of(client, receipt)
    assert "特别程序" in text
    assert "现在暂停计时" in text


def test_late_is_said_and_who_to_call(client: Client) -> None:
    receipt = received(AT)
    with clock.fixed(AT + dt.timedelta(days=90)):
        text = page_of(client, receipt)
    assert "已经过了期限" in text
    assert "很抱歉" in text
    assert "12345" in text


def test_decided_and_delivered(client: Client) -> None:
    receipt = received(AT)
    handle.decide(CLERK, receipt.number, True, at=AT)
    text = page_of(client, receipt)
    for words in ("办结（通过）", "结果送达的最迟日期", "请领取结果", "敬老卡"):
        assert words in text
    deliver.deliver(CLERK, receipt.number, "counter", at=AT)
    text = page_of(client, receipt)
    assert "结果已交到您手中" in text
    assert "最迟日期" not in text, "nothing is waited for any more"


def test_provisional_dates_are_explained(client: Client) -> None:
    with clock.fixed(dt.datetime(2026, 12, 15, 2, 0, tzinfo=dt.UTC)):
        text = page_of(client, received(dt.datetime(2026, 12, 15, 2, 0, tzinfo=dt.UTC)))
    assert "（暂定）" in text
    assert "放假安排还没有公布" in text
