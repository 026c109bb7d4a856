"""The web server is killed (kill -9) while somebody goes through a life event: the real server in a process of its own, over the
test's database, at every step and in the middle of handing in. What was typed stands, what was saved is there, what was handed in
is handed in once."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import Browser, Locator, Page, Route, expect
from psycopg.conninfo import make_conninfo

from tests.browser.conftest import WIDTHS, no_sideways
from tests.browser.test_life_event import walk
from tests.browser.walk import Walk
from tests.browser.windows import window
from tests.counter import Counter, counter, pretended_city
from tests.fault.house import kill_group
from tests.plumbing import papers
from tongban.config.node import NodeHouse
from tongban.config.services import free_port

__all__ = ["counter", "pretended_city"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.fault,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("shanghai"),
]
NOT_SENT = "没有送出"


class Server:
    """The web of a node as it runs in a city, over the database and the keys of this test."""

    def __init__(self, var: Path, departments: str) -> None:
        port, one = free_port(), connection.settings_dict
        self.url = f"http://127.0.0.1:{port}"
        self.database = make_conninfo(
            dbname=one["NAME"], user=one["USER"] or None, password=one["PASSWORD"] or None, host=one["HOST"] or None,
            port=one["PORT"] or None,
        )  # fmt: skip
        # The session was signed and the values are sealed by this test's process: the same secret, the same keys.
        (var / "secret").write_text(django_settings.SECRET_KEY)
        self.house = NodeHouse(
            var, "city", port=port, alone=True,
            told={
                "DATABASE_URL": self.database, "TONGBAN_DEPARTMENTS_URL": departments, "TONGBAN_LOG": "ERROR",
                "TONGBAN_KEY_FILE": str(django_settings.TONGBAN_KEY_FILE), "TONGBAN_FILES": str(django_settings.TONGBAN_FILES),
                "TONGBAN_MESSAGES": str(django_settings.TONGBAN_MESSAGES),
            },
        )  # fmt: skip

    def start(self) -> None:
        """On the same port, until it answers."""
        self.house.web(workers=1, threads=4)
        self.house.answers()

    def kill(self) -> None:
        """All of its processes at once, without a word."""
        kill_group(self.house.running["web"])

    def ask(self, sql: str) -> Any:
        """One value, as the database has it."""
        with psycopg.connect(self.database) as own:
            row = own.execute(sql).fetchone()  # type: ignore[call-overload]
            assert row is not None
            return row[0]

    def until(self, sql: str) -> None:
        """Wait until the database says yes."""
        end = time.monotonic() + 30
        while not self.ask(sql):
            assert time.monotonic() < end, sql
            time.sleep(0.02)


@pytest.fixture
def server(tmp_path: Path, transactional_db: None, counter: Counter) -> Iterator[Server]:
    made = Server(tmp_path, counter.url)
    with made.house:
        made.house.found("--screens")
        made.start()
        yield made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser of its own: that requests failed is what its console rightly says here. No script may fail, though, and nobody
    who saves is asked whether they want to lose what they typed."""
    wide, high = WIDTHS["phone"]
    with window(browser, viewport={"width": wide, "height": high}, locale="zh-CN") as context:
        made, wrong = context.new_page(), list[str]()
        made.on("pageerror", lambda error: wrong.append(f"script: {error}"))

        def asked(dialog: Any) -> None:
            wrong.append(f"{dialog.type}: {dialog.message}")
            dialog.accept()

        made.on("dialog", asked)
        yield made
        assert wrong == []


def struck(server: Server, page: Page, button: Locator, stands: Callable[[], None]) -> None:
    """The server is killed, the button pressed: the page says so, and all stands. The server is back, the same button again."""
    server.kill()
    button.click()
    told(page)
    stands()
    server.start()
    button.click()


def told(page: Page) -> None:
    expect(page.locator("#notices [role=alert]")).to_contain_text(NOT_SENT)
    expect(page.locator("#notices [role=alert]")).to_be_in_viewport()
    expect(page.locator("#progress")).to_be_hidden()
    assert no_sideways(page)


def unanswered(server: Server, page: Page, button: Locator, status: int = 204) -> None:
    """The server does what it is asked for and dies before anybody hears of it."""

    def lose(route: Route) -> None:
        assert route.fetch(max_redirects=0).status == status
        server.kill()
        route.abort("connectionreset")

    page.route("**/events/**", lose, times=1)
    button.click()
    told(page)


def questions(server: Server, here: Walk) -> None:
    page, asked = here.page, "child_birth_date"
    while here.asking() != asked:
        here.question()
    heading = page.locator("#question h2").inner_text()
    field = page.locator(f"[name={asked}]")
    field.fill(here.answers[asked])
    struck(
        server, page, page.get_by_role("button", name="下一个"),
        lambda: expect(field).to_have_value(here.answers[asked]),
    )  # fmt: skip
    here.gone_on(heading)
    here.go(f"questions?ask={asked}")
    expect(field).to_have_value(here.answers[asked])
    # What was answered before the server died was not lost with it.
    expect(page.locator("#answered dd")).not_to_have_count(0)
    here.go("questions")
    here.questions()


def form(server: Server, here: Walk) -> None:
    page = here.page
    phone, name = page.locator("[name=phone]"), page.locator("[name=child_name]")
    later = page.get_by_role("button", name="以后再办")
    phone.fill("13800000000")
    name.fill("陆小满")

    def stands() -> None:
        expect(phone).to_have_value("13800000000")
        expect(name).to_have_value("陆小满")

    struck(server, page, later, stands)
    expect(page.locator("main")).to_contain_text("已保存，还没有提交")
    here.go("form")
    stands()
    # Saved, but nobody was told; then something else was typed. The press afterwards must not pass for the one before.
    phone.fill("13811111111")
    unanswered(server, page, later)
    phone.fill("13822222222")
    server.start()
    later.click()
    expect(page.locator("#newer")).to_contain_text("13811111111")
    expect(phone).to_have_value("13822222222")
    later.click()
    expect(page.locator("main")).to_contain_text("已保存，还没有提交")
    here.go("form")
    expect(phone).to_have_value("13822222222")
    here.form()


def hand_in_papers(server: Server, here: Walk, scan: Path) -> None:
    page = here.page
    first = page.locator(".ev-paper").filter(has=page.locator("input[type=file]")).first
    way, file = first.locator("input[type=radio][value=upload]"), first.locator("input[type=file]")
    way.check()
    file.set_input_files(scan)

    def stands() -> None:
        expect(way).to_be_checked()
        assert file.evaluate("e => e.files.length") == 1

    struck(server, page, page.get_by_role("button", name="以后再办"), stands)
    expect(page.locator("main")).to_contain_text("已保存，还没有提交")
    here.go("papers")
    expect(way).to_be_checked()
    expect(first.locator(".ev-scans li")).to_have_count(1)
    for paper in page.locator(".ev-paper").all():
        if paper.locator("input[type=radio]:checked").count() == 0:
            paper.locator("input[type=radio]").last.check()
    page.get_by_role("button", name="下一步").click()
    expect(page).to_have_url(re.compile("/check$"))
    expect(page.locator("main")).to_contain_text("上传 1 份")


def submit(server: Server, here: Walk) -> None:
    page, button = here.page, here.page.get_by_role("button", name="确认无误")
    mothers, cases = "select count(*) from mothers_mother", "select count(*) from cases_case"
    waits = "select pid from pg_locks where not granted and relation = 'mothers_mother'::regclass"
    # In the middle of the act: it has begun and cannot end, because the table is held.
    with psycopg.connect(server.database) as holding:
        holding.execute("lock table mothers_mother in exclusive mode")
        button.click()
        server.until(f"select exists ({waits})")
        pid = server.ask(waits)
        server.kill()
        told(page)
    server.until(f"select not exists (select from pg_stat_activity where pid = {pid})")
    assert (server.ask(mothers), server.ask(cases)) == (0, 0)
    server.start()
    # After the act: it is done, and the one who pressed does not know.
    unanswered(server, page, button)
    begun = server.ask(cases)
    assert server.ask(mothers) == 1 and begun > 0
    server.start()
    button.click()
    expect(page.locator("#case-number")).to_be_visible()
    expect(page.locator("#done")).to_contain_text("已提交")
    number = page.locator("#case-number").inner_text()
    assert (server.ask("select number from mothers_mother"), server.ask(mothers), server.ask(cases)) == (
        number,
        1,
        begun,
    )
    assert server.ask("select count(*) from audit_line where act = 'event.submit'") == 1


def test_a_killed_server_loses_nothing_and_does_nothing_twice(server: Server, page: Page, tmp_path: Path) -> None:
    here = walk(page, server.url, "birth")
    here.guide()
    questions(server, here)
    here.plan()
    form(server, here)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(papers.pdf())
    hand_in_papers(server, here, scan)
    submit(server, here)
