"""Whole life events in a real browser: from what happened to a number, in the normal and the elder mode, on a phone and at a desk,
without an axe violation; two devices on one draft; a server that dies loses nothing typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walk import Walk
from tests.counter import counter, pretended_city
from tests.plumbing import papers
from tongban.domain.person import Identity
from tongban.simulated.named import JIANGUO, NEW_FATHER, RELIEVED
from tongban.simulated.resident import Resident

__all__ = ["counter", "pretended_city"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("shanghai", "counter"),
]
Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]

BIRTH = {
    "hukou_kind": "shanghai", "child_birth_date": "2026-10-09", "sex": "male", "marital_status": "married", "children_count": "0",
    "child_name": "陆小满", "child_sex": "male", "phone": "13800001111", "child_weight": "3300", "gestation_weeks": "39",
    "insured_year": "2026",
}  # fmt: skip
RETIRE = {
    "retirement_date": "2026-11-08", "insured_months": "320", "medical_insurance_kind": "employee", "medical_insured_years": "26",
    "hukou_kind": "shanghai", "has_fund_account": "true", "fund_loan_open": "false", "only_child": "true",
    "reward_paid_before": "false", "medical_gap_payment": "false", "health_statement": "false", "phone": "13800001111",
}  # fmt: skip
DEATH = {
    "death_date": "2026-11-19", "death_place": "home", "relation_to_deceased": "family", "deceased_name": "沈桂芳",
    "deceased_birth_date": "1948-03-12", "deceased_insured_kind": "employee", "deceased_drew_pension": "true",
    "deceased_medical_insured": "true", "deceased_has_fund": "false", "deceased_veteran": "false", "deceased_disabled": "false",
    "heirs_agree": "true", "deceased_id_number": "310110194803120284", "phone": "13800001111",
}  # fmt: skip
EVENTS = {"birth": (NEW_FATHER, BIRTH), "retire": (RELIEVED, RETIRE), "death": (JIANGUO, DEATH)}


def identity(resident: Resident) -> Identity:
    return Identity("citizen", resident.name, resident.number, resident.birth, resident.sex)


def walk(page: Page, url: Any, event: str, axe: Axe | None = None, shot: Shot | None = None, mode: str = "") -> Walk:
    def seen(page: Page, name: str) -> None:
        if shot:
            shot(page, f"{name}{mode}")
        if axe:
            assert axe(page) == [], name

    who, answers = EVENTS[event]
    made = Walk(page, str(url), event, answers, seen)
    made.sign_in(identity(who), elder=mode == "-elder")
    return made


@pytest.mark.parametrize("mode", ["", "-elder"])
@pytest.mark.parametrize("event", list(EVENTS))
def test_a_whole_event(
    page: Page, live_server: Any, axe: Axe, shot: Shot, tmp_path: Path, event: str, mode: str
) -> None:
    here = walk(page, live_server, event, axe, shot, mode)
    here.guide()
    here.questions()
    assert len(here.asked) <= 12
    here.plan()
    here.form()
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(papers.pdf())
    here.papers(scan)
    number = here.submit()
    assert len(number) == 22
    expect(page.locator("#done")).to_contain_text("已提交")
    expect(page.locator("#parts li").first).to_be_visible()
    if mode:
        expect(page.get_by_role("link", name="打电话问 962200")).to_be_visible()
