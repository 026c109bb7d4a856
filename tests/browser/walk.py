"""Somebody who goes through a life event in a browser, whichever it is: answers what is asked as they were told or says "not sure",
fills in what is empty, says of each paper how it is handed in. It knows no event, as the pages know none."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import no_sideways
from tests.channels.resident.signed_in import cookie
from tongban.domain.person import Identity

# What is typed where nothing better was said: right by type and of nobody.
TYPED = {
    "tb-name": "王小明", "tb-id_number": "310101199003071230", "tb-phone": "13800001111", "tb-date": "2026-11-01",
    "tb-bank_card": "6222021001116245702", "tb-integer": "1", "tb-number": "1", "tb-money": "100", "tb-quantity": "10",
    "tb-email": "name@example.com", "tb-credit_code": "91110000600037341L", "tb-address": "上海市普陀区长寿路1号",
}  # fmt: skip

# A voice that says nothing and keeps what it was told to say: a headless browser has none.
VOICE = """
window.spoken = [];
speechSynthesis.cancel = () => {};
speechSynthesis.speak = (words) => {
  window.spoken.push([words.lang, words.text]);
  setTimeout(() => words.dispatchEvent(new Event("end")));
};
"""
# What whoever only listens has to hear: every heading, refusal and answer that is seen.
TO_HEAR = """() => [...document.querySelectorAll("#main h1, #main h2, #main .tb-error, #main .tb-refusal li, #main .btn-primary")]
  .filter((one) => one.checkVisibility() && !one.closest("svg, [data-quiet]")).map((one) => {
    const copy = one.cloneNode(true);
    copy.querySelectorAll("[aria-hidden=true]").forEach((quiet) => quiet.remove());
    return copy.textContent.replace(/\\s+/g, " ").trim();
  })"""


def listen(page: Page) -> str:
    """Press "read it to me" and hear the page to its end; returns what was said."""
    button = page.locator("[data-aloud]")
    expect(button).to_be_visible()
    page.evaluate("window.spoken.length = 0")
    button.click()
    page.wait_for_function("() => window.spoken.length && !document.querySelector('[data-aloud][aria-pressed]')")
    expect(button).to_have_text("读给我听")
    spoken: list[list[str]] = page.evaluate("window.spoken")
    assert {lang for lang, _ in spoken} == {"zh-CN"}
    said = "\n".join(words for _, words in spoken)
    assert re.search("[\u4e00-\u9fff]", said)
    unheard = [words for words in page.evaluate(TO_HEAR) if words not in said]
    assert unheard == [], said
    assert not re.search(r"\bF9\b", said), "a key that is drawn beside a button is not for the ear"
    assert page.locator(".is-read").count() == 0
    return said


class Walk:
    """One person in one browser. ``seen`` is called on every page, with its name."""

    def __init__(
        self, page: Page, url: str, event: str, answers: Mapping[str, str], seen: Callable[[Page, str], None]
    ) -> None:
        self.page, self.url, self.event, self.answers, self.seen = page, url, event, answers, seen
        self.asked: list[str] = []
        self.elder = False

    def sign_in(self, who: Identity, *, elder: bool = False) -> None:
        """Come in as somebody, with large letters or not."""
        value, _ = cookie(who)
        cookies = [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.url}]
        self.elder = elder
        if elder:
            cookies.append({"name": "letters", "value": "large", "url": self.url})
            self.page.add_init_script(VOICE)
        self.page.context.add_cookies(cookies)  # type: ignore[arg-type]

    def go(self, step: str) -> None:
        """Open a step by its address."""
        self.page.goto(f"{self.url}/events/{self.event}/{step}")

    def look(self, name: str) -> None:
        """Every page is looked at, and in the elder mode listened to."""
        assert no_sideways(self.page), name
        if self.elder:
            listen(self.page)
        self.seen(self.page, f"{self.event}-{name}")

    def guide(self) -> None:
        """From the guide into the event; the departments are asked with consent."""
        self.page.goto(f"{self.url}/events/{self.event}/")
        self.look("guide")
        self.page.get_by_role("link", name="开始办理").click()
        self.page.wait_for_url("**/start")
        self.look("start")
        agree = self.page.get_by_role("button", name="同意并调取")
        if agree.count():
            agree.click()
            expect(self.page.locator(".tb-notice").first).to_contain_text(re.compile("已调取|没有|稍后|再试"))
            self.look("fetched")
        self.go("questions")

    def questions(self) -> None:
        """Answer until no question is left."""
        for _ in range(30):
            if not self.page.url.endswith("/questions"):
                return
            self.question()
        raise AssertionError(f"the questions do not end: {self.asked}")

    def asking(self) -> str:
        """The element that is asked for now."""
        expect(self.page.locator("#question")).to_be_visible()
        return self.page.locator("#question input[name=ask]").input_value()

    def question(self) -> None:
        """Answer the one question that is put, and wait for what comes next."""
        element, form = self.asking(), self.page.locator("#question")
        if len(self.asked) == 1:
            self.look("question")
        self.asked.append(element)
        answer = self.answers.get(element)
        heading = form.locator("h2").inner_text()
        if answer is None:
            form.get_by_role("button", name="不清楚").click()
        elif form.locator(f"button[name={element}]").count():
            form.locator(f"button[name={element}][value='{answer}']").click()
        else:
            self.fill(form, element, answer)
            form.get_by_role("button", name="下一个").click()
        self.gone_on(heading)

    def gone_on(self, heading: str) -> None:
        """Wait until another question stands there than the one under this heading, or none."""
        self.page.wait_for_function(
            "h => !location.pathname.endsWith('/questions') || document.querySelector('#question h2')?.innerText !== h",
            arg=heading,
        )

    def fill(self, form: Locator, element: str, answer: str) -> None:
        """Type or choose one value."""
        field = form.locator(f"[name='{element}']").first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(answer)
        elif field.get_attribute("type") in ("radio", "checkbox"):
            form.locator(f"[name='{element}'][value='{answer}']").check()
        else:
            field.fill(answer)

    def plan(self) -> None:
        """Look at the plan and go on with it."""
        expect(self.page.locator("h1")).to_be_visible()
        expect(self.page.locator(".ev-picture:visible")).to_have_count(1)
        self.look("plan")
        self.page.get_by_role("button", name="就这样办").click()
        expect(self.page).to_have_url(re.compile("/form$"))

    def form(self) -> None:
        """Fill in what is empty; what is prefilled stays as it is."""
        self.look("form")
        form = self.page.locator("#event-form")
        for _ in range(4):
            for element, answer in self.answers.items():
                if form.locator(f"[name='{element}']").count():
                    self.fill(form, element, answer)
            self._rest(form)
            if self.page.locator("#event-form .is-wrong").count() == 0:
                self.look("form-filled")
            before = form.locator("input[name=key]").input_value()
            form.get_by_role("button", name="下一步").click()
            self.page.wait_for_function(
                "k => location.pathname.endsWith('/papers') || document.querySelector('#event-form input[name=key]')?.value !== k",
                arg=before,
            )
            # An answer may bring in another field, which is then asked at its place.
            if self.page.url.endswith("/papers"):
                return
        raise AssertionError(self.page.locator("main").inner_text())

    def _rest(self, form: Locator) -> None:
        for name in form.evaluate(
            "f => [...new Set([...f.querySelectorAll('[required]')].map(e => e.name))].filter(n => !new FormData(f).get(n))"
        ):
            field = form.locator(f"[name='{name}']").first
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(index=1)
            elif field.get_attribute("type") in ("radio", "checkbox"):
                field.check()
            else:
                kinds = (field.get_attribute("class") or "").split()
                field.fill(next((TYPED[k] for k in kinds if k in TYPED), "同上"))

    def papers(self, file: Any = None) -> None:
        """Say of each paper how it is handed in: the first upload really, everything else at a counter or by a promise."""
        self.look("papers")
        for n, paper in enumerate(self.page.locator(".ev-paper").all()):
            ways = [way.get_attribute("value") for way in paper.locator("input[type=radio]").all()]
            if file is not None and n == 0 and "upload" in ways:
                paper.locator("input[type=radio][value=upload]").check()
                paper.locator("input[type=file]").set_input_files(file)
            else:
                way = next(w for w in ("declared", "seen", "counter", "follow", "upload") if w in ways)
                paper.locator(f"input[type=radio][value={way}]").check()
        self.page.get_by_role("button", name="下一步").click()
        expect(self.page).to_have_url(re.compile("/check$"))

    def submit(self) -> str:
        """Check and hand in; returns the number."""
        self.look("check")
        self.page.get_by_role("button", name="确认无误").click()
        expect(self.page.locator("#case-number")).to_be_visible()
        self.look("done")
        return self.page.locator("#case-number").inner_text()
