"""The public's pages in a real browser: what a person sees on a phone and at a desk, without an axe violation, in letters that
old eyes can read."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import no_sideways
from tests.browser.hand import keys
from tests.browser.windows import window
from tests.channels.resident.cases import correcting, received
from tests.conftest import AT
from tongban.plumbing import clock
from tongban.reads.paper import verify_code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]

Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]


def sound(page: Page, axe: Axe) -> None:
    assert axe(page) == []
    assert no_sideways(page)


def letters(page: Page) -> float:
    return float(page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"))


def small_targets(page: Page) -> list[str]:
    """Buttons, fields and links that stand alone and are lower than 44 px: too low for an unsteady finger."""
    return list(
        page.evaluate(
            "[...document.querySelectorAll('main button, main input:not([type=hidden]), main a.btn, .rs-words a, .rs-door')]"
            ".filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 90))"
        )
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_home(page: Page, live_server: object, axe: Axe, shot: Shot, language: str) -> None:
    if language == "en":
        page.context.add_cookies([{"name": "lang", "value": "en", "url": str(live_server)}])
    page.goto(f"{live_server}/")
    shot(page, f"home-{language}")
    sound(page, axe)
    assert letters(page) >= 18
    assert small_targets(page) == []


def test_find_and_read_a_guide(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    page.goto(f"{live_server}/")
    page.get_by_label("您遇到什么事").fill("老人坐公交")
    keys(page).press("Enter")
    expect(page.locator(".rs-found li").first).to_contain_text("敬老卡申领")
    shot(page, "found")
    sound(page, axe)
    page.get_by_role("link", name="敬老卡申领").click()
    expect(page.locator("h1")).to_have_text("敬老卡申领")
    expect(page.locator("#bring")).to_contain_text("居民身份证")
    expect(page.locator("#where")).to_contain_text("任何一个社区事务受理服务中心")
    shot(page, "guide")
    sound(page, axe)
    assert small_targets(page) == []
    page.get_by_label("输入您所在的街道或镇").fill("古美路")
    keys(page).press("Enter")
    expect(page.locator("#where")).to_contain_text("古龙路1139号")
    shot(page, "guide-center")
    sound(page, axe)


def test_a_guide_is_printed_without_the_page_around_it(page: Page, live_server: object, shot: Shot) -> None:
    page.goto(f"{live_server}/items/lianzu/")
    page.emulate_media(media="print")
    expect(page.locator("header.tb-head")).to_be_hidden()
    expect(page.locator(".rs-search")).to_be_hidden()
    expect(page.locator("#bring")).to_be_visible()
    shot(page, "guide-print")


def test_all_items_and_nothing_found(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    page.goto(f"{live_server}/items/")
    shot(page, "items")
    sound(page, axe)
    page.goto(f"{live_server}/items/?q=qqzzxx")
    expect(page.get_by_role("status").first).to_contain_text("没有找到")
    shot(page, "nothing")
    sound(page, axe)


def test_centers(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    page.goto(f"{live_server}/centers/")
    shot(page, "centers")
    sound(page, axe)
    page.get_by_role("link", name="普陀区").click()
    expect(page.locator(".rs-centers")).to_contain_text("长寿路街道社区事务受理服务中心")
    shot(page, "centers-putuo")
    sound(page, axe)
    assert small_targets(page) == []


def test_following_a_case(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    receipt = received(clock.now())
    page.goto(f"{live_server}/progress")
    expect(page.locator("#f-number")).to_be_focused()
    shot(page, "ask")
    sound(page, axe)
    keys(page).type(receipt.number)
    keys(page).press("Tab")
    keys(page).type("AAAAAA")
    keys(page).press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#f-number")).to_have_value(receipt.number)
    shot(page, "ask-wrong")
    sound(page, axe)
    page.locator("#f-code").fill(receipt.query_code.lower())
    keys(page).press("Enter")
    expect(page.locator("h1")).to_have_text("敬老卡申领")
    expect(page.locator(".rs-clock-left")).to_contain_text("个工作日")
    expect(page.locator("#holder")).to_contain_text("长寿路街道")
    shot(page, "case")
    sound(page, axe)
    assert letters(page) >= 18
    assert small_targets(page) == []
    page.get_by_role("button", name="看完了").click()
    expect(page).to_have_url(f"{live_server}/progress")
    page.goto(f"{live_server}/p/{receipt.number}")
    expect(page.locator("#f-code")).to_be_visible()


def test_the_qr_of_a_receipt_opens_the_case_and_its_code_leaves_the_address(
    page: Page, live_server: object, axe: Axe, shot: Shot
) -> None:
    receipt = correcting(clock.now())
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.goto(f"{live_server}/p/{receipt.number}#{receipt.query_code}")
    expect(page.locator("#mend")).to_contain_text("个税声明")
    expect(page.locator("#mend")).to_contain_text("缺少签字或盖章")
    expect(page).to_have_url(f"{live_server}/p/{receipt.number}")
    assert not any(receipt.query_code in url.partition("#")[0] for url in asked)
    shot(page, "mend")
    sound(page, axe)
    page.go_back()
    assert receipt.query_code not in page.url


def test_large_letters(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    page.goto(f"{live_server}/items/jinglaoka/")
    plain = letters(page)
    page.get_by_role("button", name="长辈版").click()
    expect(page.get_by_role("button", name="标准版")).to_be_visible()
    assert letters(page) >= 1.2 * plain
    shot(page, "guide-large")
    sound(page, axe)
    receipt = received(clock.now())
    page.goto(f"{live_server}/p/{receipt.number}#{receipt.query_code}")
    expect(page.locator(".rs-clock-date")).to_be_visible()
    shot(page, "case-large")
    sound(page, axe)
    page.get_by_role("button", name="标准版").click()
    expect(page.get_by_role("button", name="长辈版")).to_be_visible()
    assert letters(page) == plain


def test_without_scripts_the_forms_still_work(browser: Browser, live_server: object) -> None:
    receipt = received(AT)
    with window(browser, java_script_enabled=False) as plain:
        page = plain.new_page()
        page.goto(f"{live_server}/p/{receipt.number}#{receipt.query_code}")
        page.locator("#f-code").fill(receipt.query_code)
        page.get_by_role("button", name="查进度").click()
        expect(page.locator("h1")).to_have_text("敬老卡申领")


def test_a_paper_is_checked(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    receipt = received(clock.now())
    page.goto(f"{live_server}/")
    page.get_by_role("link", name="验证纸质凭证").click()
    page.get_by_label("办件编号").fill(receipt.number)
    page.get_by_label("验证码").fill("0123456789ABCDEF")
    keys(page).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("不能确认")
    shot(page, "verify-forged")
    sound(page, axe)
    page.get_by_label("验证码").fill(verify_code("receipt", receipt.number, 2))
    keys(page).press("Enter")
    expect(page.locator("main")).to_contain_text("这张“收件凭证”由本市出具")
    shot(page, "verify-genuine")
    sound(page, axe)
    assert small_targets(page) == []
