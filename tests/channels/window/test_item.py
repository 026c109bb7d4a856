"""One item for one person at the counter: found, fetched with consent, weighed anew at every answer, kept as a draft, received."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.channels.window.served import HX, clerk, form, start, text, words
from tests.counter import Counter
from tests.flows.people import PUTUO, staff
from tests.flows.test_receive import answers_of
from tests.plumbing import papers
from tongban.domain.actor import SYSTEM
from tongban.domain.facts import Point
from tongban.flows import handle, publish
from tongban.plumbing import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


def address_of(page: str) -> str:
    """Where the scan of this answer is looked at."""
    found = re.search(r'href="([^"]+/scan\?t=[^"]+)"', page)
    assert found, page
    return found[1]


class Desk:
    """A clerk with one person before them."""

    def __init__(self, counter: Counter, name: str = "沈桂芳", login: str = "li.wei") -> None:
        self.client = clerk(login)
        self.visit = start(self.client, counter, name)

    def open(self, code: str, more: str = "") -> dict[str, list[str]]:
        self.item = f"{self.visit}item/{code}/"
        answer = self.client.get(self.item + more, headers=HX)
        assert answer.status_code == 200, text(answer)
        self.page = text(answer)
        return form(self.page)

    def fetch(self, typed: dict[str, Any]) -> dict[str, list[str]]:
        answer = self.client.post(self.item + "fetch", typed, headers=HX)
        assert answer.status_code == 200, text(answer)
        self.page = text(answer)
        return form(self.page)

    def check(self, typed: dict[str, Any], changed: str = "") -> str:
        answer = self.client.post(self.item + "check", typed | {"changed": changed}, headers=HX)
        assert answer.status_code == 200, text(answer)
        return text(answer)

    def send(self, typed: dict[str, Any]) -> Any:
        return self.client.post(self.item + "receive", typed)


@pytest.fixture
def desk(hire: Callable[..., Any], counter: Counter) -> Desk:
    hire()
    return Desk(counter)


def cases() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from cases_case")
        return int(cursor.fetchone()[0])


CARD = {"card_bank": "icbc", "p-tax_statement": "declared"}


def test_the_finder_says_what_matched_and_whether_it_can_be_received_here(desk: Desk) -> None:
    def hits(q: str) -> str:
        return words(text(desk.client.get(desk.visit + "find", {"q": q}, headers=HX)))

    assert hits("jlk").strip().startswith("敬老卡申领 公安")
    assert "全市通办" in hits("敬老卡") and "收受分离" in hits("低保") and "属地办理" in hits("死亡注销")
    assert "只提供办事指南" in hits("婚姻登记预约")
    assert "没有找到" in hits("zqxwvk") and "“zqxwvk”" in hits("zqxwvk")
    assert "<script" not in text(desk.client.get(desk.visit + "find", {"q": "<script>alert(1)</script>"}))


def test_nothing_is_asked_before_consent_and_all_is_said_after_it(desk: Desk, counter: Counter) -> None:
    before = counter.asked("gongan")
    typed = desk.open("jinglaoka")
    page = words(desk.page)
    assert "请当面征得同意" in page and "公安 (居民身份证、居民户口簿" in page and "条件还不能确定" in page
    assert counter.asked("gongan") == before
    after = desk.fetch(typed)
    page = words(desk.page)
    assert "已查到：居民身份证、居民户口簿" in page and "部门没有记录：上海市居住证" in page
    assert after["hukou_division"] == ["310110009"] and after["residence_division"] == ["310112101"]
    assert "来自公安" in page and "请当面确认" in page and "符合条件" in page
    assert "请当面征得同意" not in page
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from audit_line where act in ('visit.consent', 'visit.fetched')")
        assert cursor.fetchone()[0] == 2


def test_a_dead_department_falls_back_to_paper_and_says_so(desk: Desk, counter: Counter) -> None:
    counter.behave("gongan", mode="down")
    typed = desk.fetch(desk.open("jinglaoka"))
    page = words(desk.page)
    assert "请先收纸质材料" in page and "公安" in page
    by_hand = typed | CARD | {
        "ethnic": "汉族", "phone": "13800138000", "hukou_kind": "shanghai", "hukou_division": "310110009",
        "hukou_address": "四平路1号", "residence_division": "310112101", "residence_address": "莘庄1号",
    }  # fmt: skip
    assert desk.send(by_hand).status_code == 302 and cases() == 1


def test_received_once_however_often_it_is_sent(desk: Desk) -> None:
    typed = desk.fetch(desk.open("jinglaoka")) | CARD
    first, second = desk.send(typed), desk.send(typed)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] and cases() == 1
    page = words(text(desk.client.get(first["Location"])))
    assert "已收件" in page and "查询码" in page and "承诺办结日期" in page
    for word in ("完成", "成功"):
        assert word not in page
    for kind in ("receipt", "acceptance", "progress"):
        pdf = desk.client.get(first["Location"] + f"paper/{kind}")
        assert pdf.content.startswith(b"%PDF-") and pdf["Content-Type"] == "application/pdf"
    assert desk.client.get(first["Location"] + "paper/decision").status_code == 422
    assert desk.client.get(first["Location"] + "paper/nonsense").status_code == 404


def test_a_refusal_keeps_everything_and_points_to_each_place(desk: Desk) -> None:
    typed = desk.fetch(desk.open("jinglaoka"))
    answer = desk.send(typed | {"phone": "1380013800", "contact_address": "𠮷里" * 3, "postcode": "200000"})
    page = text(answer)
    assert answer.status_code == 422 and cases() == 0
    for pointer in ("#f-answers-phone", "#f-answers-card_bank", "#f-papers-tax_statement"):
        assert f'href="{pointer}"' in page
    assert 'value="1380013800"' in page and "𠮷里𠮷里𠮷里" in page and 'value="200000"' in page
    again = form(page)
    assert again["key"] == typed["key"]
    assert desk.send(again | CARD | {"phone": "13800138000"}).status_code == 302


def test_unknown_fields_and_made_up_papers_are_refused(desk: Desk) -> None:
    typed = desk.fetch(desk.open("jinglaoka")) | CARD
    answer = desk.send(typed | {"salary": "1"})
    assert answer.status_code == 422 and "salary" in text(answer) and cases() == 0
    made_up = desk.send(typed | {"scan": ["WyJpZF9jYXJkIl0:1:abc"], "p-id_card": "president"})
    assert made_up.status_code == 302
    assert desk.client.post(desk.item + "receive", typed | {"version": "x"}).status_code == 422


def test_the_card_stands_against_what_a_forged_form_says(desk: Desk) -> None:
    """The page shows who is here and has no field for it; a form that sends one all the same changes nobody."""
    typed = desk.fetch(desk.open("jinglaoka")) | CARD
    assert not {"name", "birth_date", "sex", "id_number"} & typed.keys()
    forged = typed | {"name": "王五", "birth_date": "1900-01-01", "sex": "male", "id_number": "310110197209300155"}
    shown = words(desk.check(forged, "birth_date"))
    assert "王五" not in shown
    assert desk.client.post(desk.item + "save", forged, headers=HX).status_code == 200
    resumed = desk.open("jinglaoka")
    assert "王五" not in desk.page and "1900" not in desk.page
    number = (
        desk.send(forged | {"rev": resumed["rev"], "draft": resumed["draft"]})["Location"]
        .rstrip("/")
        .rpartition("/")[2]
    )
    kept = answers_of(number)
    assert (kept["name"], kept["birth_date"], kept["sex"]) == ("沈桂芳", "1948-03-12", "female")
    assert kept["id_number"] != "310110197209300155"


def test_answers_bring_fields_and_papers_and_take_them_away_without_losing_words(desk: Desk) -> None:
    typed = desk.fetch(desk.open("tingyan_taocan"))
    assert "broadband_number" not in typed["shown"]
    typed["package_kind"] = ["broadband"]
    came = desk.check(typed, "package_kind")
    assert 'id="w-broadband_number"' in came and 'name="broadband_number"' in came
    typed["shown"] = [*typed["shown"], "broadband_number", "broadband_speed", "install_address"]
    typed["broadband_number"] = ["07310001234"]
    typed["package_kind"] = ["mobile"]
    gone = desk.check(typed, "package_kind")
    assert re.search(r'name="kept.broadband_number" value="07310001234"', gone)
    del typed["broadband_number"]
    typed["shown"] = [c for c in typed["shown"] if not c.startswith(("broadband", "install"))]
    typed["kept.broadband_number"] = ["07310001234"]
    typed["package_kind"] = ["broadband"]
    back = desk.check(typed, "package_kind")
    assert re.search(r'name="broadband_number"[^>]*value="07310001234"', back)


def test_a_field_is_drawn_anew_only_when_it_was_the_one_that_changed(desk: Desk) -> None:
    typed = desk.fetch(desk.open("jinglaoka")) | {"phone": "1380013800"}
    came = desk.check(typed, "phone")
    assert 'id="w-phone"' in came and "手机" in came and 'aria-invalid="true"' in came
    assert 'id="w-hukou_address"' not in came
    assert 'id="w-phone"' not in desk.check(typed, "card_bank")


def test_papers_follow_by_promise_and_the_promise_is_printed(desk: Desk) -> None:
    typed = desk.fetch(desk.open("jinglaoka")) | {"card_bank": "bosc", "p-tax_statement": "follow"}
    came = desk.check(typed, "p-tax_statement")
    assert "最迟" in words(came) and "可以收件" in words(came)
    done = desk.send(typed)["Location"]
    page = words(text(desk.client.get(done)))
    assert "还要补交 个税声明" in page and "容缺受理承诺书" in page
    assert desk.client.get(done + "paper/tolerance_promise").content.startswith(b"%PDF-")
    follow = words(text(desk.client.get(desk.visit)))
    assert "收容缺补交" in follow
    bring = text(desk.client.get(done + "bring"))
    assert "收容缺补交的材料" in bring
    nothing = desk.client.post(done + "bring", form(bring))
    assert nothing.status_code == 422 and "没有新的材料" in text(nothing)
    taken = desk.client.post(done + "bring", form(bring) | {"p-tax_statement": "seen"})
    assert taken.status_code == 302
    assert "收容缺补交" not in text(desk.client.get(desk.visit))


def test_who_is_not_eligible_is_told_why_and_may_insist(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    desk = Desk(counter, "沈建国")
    typed = (
        desk.fetch(desk.open("jinglaoka"))
        | CARD
        | {"residence_division": "310107015", "residence_address": "光明路128弄"}
    )
    page = words(desk.page)
    assert "不符合条件" in page and "沪府发〔2016〕24号" in page
    refused = desk.send(typed)
    assert refused.status_code == 422 and "坚持申请" in text(refused)
    done = desk.send(typed | {"insist": "1"})
    assert done.status_code == 302
    assert "告知是否受理" in words(text(desk.client.get(done["Location"])))


def test_an_item_at_the_wrong_counter_names_the_right_one(desk: Desk) -> None:
    typed = desk.fetch(desk.open("siwang_zhuxiao"))
    assert "只能在户籍地的四平路街道" in words(desk.page)
    assert desk.send(typed).status_code == 422 and cases() == 0


def test_decided_on_the_spot_and_the_next_item_needs_no_typing(desk: Desk) -> None:
    first = desk.send(desk.fetch(desk.open("jinglaoka")) | CARD)["Location"]
    assert "同一人下一事项" in text(desk.client.get(first))
    typed = desk.open("huji_zhengming")
    assert typed["hukou_address"] == ["上海市杨浦区四平路街道和平路315弄12号203室"]
    assert "certificate_purpose" in typed and typed["certificate_purpose"] == [""]
    done = desk.send(typed | {"certificate_purpose": "入学"})["Location"]
    page = text(desk.client.get(done))
    assert "当场办结" in words(page) and "即办件" in words(page)
    assert desk.client.post(done + "finish", {"key": "f1"}).status_code == 302
    assert desk.client.post(done + "finish", {"key": "f2"}).status_code == 302
    page = words(text(desk.client.get(done)))
    assert "办结（已送达）" in page and "当场办结" not in page and "决定书" in page


def test_a_draft_is_kept_resumed_and_two_devices_are_told(desk: Desk) -> None:
    typed = desk.fetch(desk.open("jinglaoka")) | {"contact_address": "和平路315弄"}
    saved = desk.client.post(desk.item + "save", typed, headers=HX)
    assert "已保存" in text(saved) and 'name="rev" value="1"' in text(saved)
    stale = desk.client.post(desk.item + "save", typed | {"contact_address": "别处"}, headers=HX)
    assert stale.status_code == 409 and "在另一处保存过" in text(stale)
    assert "没有办完的" in text(desk.client.get(desk.visit))
    resumed = desk.open("jinglaoka")
    assert resumed["contact_address"] == ["和平路315弄"] and resumed["rev"] == ["1"]
    assert "草稿" in words(desk.page)
    anew = desk.open("jinglaoka", "?draft=no")
    assert anew["contact_address"] == [""]
    assert desk.send(resumed | CARD).status_code == 302
    assert "没有办完的" not in text(desk.client.get(desk.visit))


def test_a_draft_of_somebody_else_is_not_opened(desk: Desk, counter: Counter) -> None:
    typed = desk.open("jinglaoka") | {"contact_address": "只给自己看"}
    saved = text(desk.client.post(desk.item + "save", typed, headers=HX))
    draft = saved.partition('name="draft" value="')[2].partition('"')[0]
    other = Desk(counter, "沈建国")
    theirs = other.open("jinglaoka", f"?draft={draft}")
    assert "只给自己看" not in other.page
    stolen = other.client.post(other.item + "save", theirs | {"draft": draft, "rev": "1"}, headers=HX)
    assert stolen.status_code == 422 and "没有找到这份草稿" in text(stolen)


def test_a_closed_item_from_an_open_tab_keeps_the_draft(desk: Desk) -> None:
    typed = desk.fetch(desk.open("jinglaoka")) | CARD | {"contact_address": "和平路315弄"}
    publish.close_item(SYSTEM, "jinglaoka", reason="调整", at=clock.now())
    answer = desk.send(typed)
    page = words(text(answer))
    assert answer.status_code == 409 and "已停止受理" in page and "已存为草稿" in page and cases() == 0
    assert "敬老卡申领" in words(text(desk.client.get(desk.visit)))
    assert "已停止受理" in words(text(desk.client.get(desk.visit + "find", {"q": "jlk"})))


def test_scans_are_judged_by_their_bytes_kept_and_received(desk: Desk) -> None:
    typed = desk.fetch(desk.open("jinglaoka"))
    up = desk.item + "paper/tax_statement"

    def send(data: bytes, name: str, **more: str) -> Any:
        return desk.client.post(up, {"file": SimpleUploadedFile(name, data)} | more, headers=HX)

    disguised = send(b"MZ" + b"\0" * 200, "声明.pdf")
    assert (
        disguised.status_code == 422
        and disguised["HX-Reswap"] == "none"
        and "scan-error-tax_statement" in text(disguised)
    )
    assert send(papers.pdf_with_script(), "a.pdf").status_code == 422
    assert desk.client.post(up, {}, headers=HX).status_code == 422
    good = send(papers.pdf(), "声明.pdf")
    assert good.status_code == 200 and "声明.pdf" in text(good) and good["HX-Trigger-After-Settle"] == "recheck"
    token = form(text(good)).get("scan") or [text(good).partition('name="scan" value="')[2].partition('"')[0]]
    came = words(desk.check(typed | {"scan": token, "card_bank": "icbc"}))
    assert "可以收件" in came and "声明.pdf" in came
    address = address_of(text(good))
    seen = desk.client.get(address)
    assert seen.content.startswith(b"%PDF-") and "sandbox" in seen["Content-Security-Policy"]
    assert desk.client.get(address[:-2] + "xx").status_code == 404
    assert desk.send(typed | {"scan": token, "card_bank": "icbc"}).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("select how, grade, digest <> '' from cases_paper where material = 'tax_statement'")
        assert cursor.fetchone() == ("paper", "B", True)


def test_a_scan_of_another_visit_is_worth_nothing(desk: Desk, counter: Counter) -> None:
    desk.open("jinglaoka")
    up = SimpleUploadedFile("a.pdf", papers.pdf())
    made = text(desk.client.post(desk.item + "paper/tax_statement", {"file": up}, headers=HX))
    assert desk.client.get(address_of(made)).status_code == 200
    token = made.partition('name="scan" value="')[2].partition('"')[0]
    other = Desk(counter, "沈建国")
    other.open("jinglaoka")
    assert "a.pdf" not in other.check(form(other.page) | {"scan": token})
    for t in (token, address_of(made).partition("t=")[2]):
        assert other.client.get(f"{other.visit}scan?t={t}").status_code == 404


def test_no_address_tells_what_a_scan_is_called(desk: Desk) -> None:
    desk.open("jinglaoka")
    up = SimpleUploadedFile("沈桂芳 310110194803120284.pdf", papers.pdf())
    made = text(desk.client.post(desk.item + "paper/tax_statement", {"file": up}, headers=HX))
    address = address_of(made)
    assert "沈桂芳" in made, "on the page it is"
    # A signed token is readable by anybody: what it says is the digest, and nothing else.
    payload = unquote(address.partition("?t=")[2]).partition(":")[0]
    said = urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    assert re.fullmatch(r'"[0-9a-f]{64}"', said)
    assert said.strip('"')[:8] in desk.client.get(address)["Content-Disposition"]


def test_told_once_is_a_sheet_with_all_that_is_missing(desk: Desk) -> None:
    typed = desk.fetch(desk.open("dibao"))
    sheet = desk.client.post(desk.item + "told", typed)
    assert sheet.content.startswith(b"%PDF-") and sheet["Cache-Control"] == "no-store"
    assert cases() == 0


def test_an_agent_needs_a_mandate_and_the_page_says_so_first(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    desk = Desk.__new__(Desk)
    desk.client = clerk()
    fields = {
        "for": "other", "kind": "citizen", "number": "310110194803120284", "name": "沈桂芳", "agent_kind": "citizen",
        "agent_number": "310110197209300155", "agent_name": "沈建国", "key": "k",
    }  # fmt: skip
    desk.visit = desk.client.post("/window/meet", fields)["Location"]
    typed = desk.fetch(desk.open("jinglaoka")) | CARD
    assert "代办人还没有办理此事项的有效委托" in words(desk.page)
    refused = desk.send(typed)
    assert refused.status_code == 422 and cases() == 0
    desk.client.post(desk.visit + "mandate", {"paper": "委1", "until": "2030-01-01", "mandate": "written", "key": "m"})
    assert desk.send(typed).status_code == 302


def test_a_case_of_somebody_else_is_not_shown_in_this_visit(desk: Desk, counter: Counter) -> None:
    done = desk.send(desk.fetch(desk.open("jinglaoka")) | CARD)["Location"]
    number = done.rstrip("/").rpartition("/")[2]
    other = Desk(counter, "沈建国")
    for tail in ("", "bring", "paper/receipt"):
        assert other.client.get(f"{other.visit}case/{number}/{tail}").status_code == 404


def test_a_correction_is_taken_at_any_counter_all_at_once(desk: Desk) -> None:
    done = desk.send(desk.fetch(desk.open("jinglaoka")) | CARD)["Location"]
    number = done.rstrip("/").rpartition("/")[2]
    points = (Point("field", "residence_address", "incomplete"), Point("paper", "id_card", "unreadable"))
    handle.ask_correction(staff(PUTUO), number, points, "请写清楚门牌号", at=clock.now())
    assert "收补正" in words(text(desk.client.get(desk.visit)))
    page = text(desk.client.get(done + "bring"))
    said = words(page)
    assert "请写清楚门牌号" in said and "居住地详细地址" in said and "居民身份证" in said
    typed = form(page)
    assert typed["residence_address"] == ["上海市闵行区莘庄镇幸福路88弄21号102室"]
    half = desk.client.post(done + "bring", typed | {"residence_address": "莘庄镇幸福路88弄21号103室"})
    assert half.status_code == 422 and "请一次交齐" in text(half) and "103室" in text(half)
    whole = form(text(half)) | {"p-id_card": "seen"}
    assert desk.client.post(done + "bring", whole).status_code == 302
    assert desk.client.post(done + "bring", whole).status_code == 302
    gone = words(text(desk.client.get(done + "bring")))
    assert "现在不需要补正或补交" in gone


def test_english_is_whole(desk: Desk) -> None:
    desk.client.cookies["lang"] = "en"
    desk.fetch(desk.open("jinglaoka"))
    for wanted in ("Senior citizen card", "Came:", "Settled", "Eligible", "Promised by", "Receive"):
        assert wanted in words(desk.page)
