"""One act = one audit line, whatever the act; what is refused leaves none; a resend adds none."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.conftest import AT
from tests.flows.cases import INTAKES, city_lead, later, lead, received
from tests.flows.people import MINHANG, MOTHER, PUTUO, SON, YANGPU, staff
from tests.flows.test_enquire import ARCHIVIST
from tongban.domain.actor import SYSTEM
from tongban.domain.facts import Point
from tongban.domain.fetching import Request
from tongban.domain.receiving import PaperIn
from tongban.domain.refusals import Refused
from tongban.flows import access, deliver, enquire, escalate, handle, permissions, publish, receive, serve
from tongban.flows.receive import Order, Present
from tongban.reads.permissions import Allowed, allowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
SPLIT, CLERK, HOME = "dishouru_zhengming", staff(PUTUO), staff(YANGPU)
Act = Callable[[], Any]


def lines() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute('select act, actor, place, "case", person from audit_line order by id')
        return cursor.fetchall()


def _visit() -> str:
    return serve.meet(CLERK, MOTHER, how="card", agent=SON, at=AT).visit


def _mandated() -> str:
    visit = _visit()
    serve.register_mandate(CLERK, visit, until=AT.date().replace(year=2027), paper="wt", at=AT)
    return visit


def _agreed() -> str:
    visit = _visit()
    serve.consent(CLERK, visit, "dibao", [Request("gongan", ("id_card",), ())], at=AT)
    return visit


def _allowed(visit: str) -> Allowed:
    return allowed(CLERK, visit, at=AT)


def _taken() -> str:
    number = received(SPLIT).number
    handle.take_over(HOME, number, at=AT)
    return number


def _correcting() -> str:
    number = received("jinglaoka").number
    handle.ask_correction(CLERK, number, [Point("field", "phone", "wrong")], at=AT)
    return number


def _asked() -> str:
    return enquire.ask(CLERK, received("jinglaoka").number, "dangan", "tax_statement", "请核对沈桂芳的档案", at=AT)


def _special() -> str:
    number = received("lianzu").number
    handle.start_special(CLERK, number, "inspection", "法", 3, at=AT)
    return number


def _decided(item: str = "jinglaoka") -> str:
    number = received(item).number
    handle.decide(CLERK, number, True, at=AT)
    return number


def on(make: Callable[[], str], act: Callable[[str], Any]) -> Callable[[], Act]:
    """Prepare first (its lines do not count), then give the act."""

    def prepare() -> Act:
        made = make()
        return lambda: act(made)

    return prepare


ACTS: dict[str, Callable[[], Act]] = {
    "visit.meet": lambda: lambda: serve.meet(CLERK, MOTHER, how="card", agent=SON, at=AT),
    "visit.mandate": on(_visit, lambda v: serve.register_mandate(CLERK, v, until=AT.date().replace(year=2027), paper="wt", at=AT)),
    "visit.consent": on(_visit, lambda v: serve.consent(CLERK, v, "dibao", [Request("gongan", ("id_card",), ())], at=AT)),
    "visit.end_mandate": on(_mandated, lambda v: permissions.end_mandate(CLERK, v, _allowed(v).mandates[0].ref, at=AT)),
    "visit.withdraw_consent": on(_agreed, lambda v: permissions.withdraw_consent(CLERK, v, _allowed(v).consents[0].ref, at=AT)),
    "visit.fetched": on(_visit, lambda v: serve.keep_fetched(CLERK, v, "dibao", [], {"gongan": ["id_card"], "minzheng": ["x"]}, at=AT)),
    "visit.close": on(_visit, lambda v: serve.close(CLERK, v, at=AT)),
    "draft.save": on(_visit, lambda v: receive.save_draft(CLERK, v, "jinglaoka", INTAKES["jinglaoka"], at=AT)),
    "look.person": on(_visit, lambda v: access.person(CLERK, reason="核对", visit_id=v, at=AT)),
    "look.answers": on(lambda: received(SPLIT).number, lambda n: access.answers(HOME, n, reason="审核", at=AT)),
    "look.enquiry": on(_asked, lambda e: access.enquiry(ARCHIVIST, e, at=AT)),
    "case.receive": on(
        lambda: serve.meet(CLERK, MOTHER, how="card", at=AT).visit,
        lambda v: receive.receive(CLERK, Order(v, "jinglaoka", INTAKES["jinglaoka"]), at=AT, key="k"),
    ),
    "case.receive at once": lambda: lambda: receive.receive_at_once(
        CLERK, Present(MOTHER, "card"), "jinglaoka", INTAKES["jinglaoka"], at=AT, key="k"
    ),
    "case.take_over": on(lambda: received(SPLIT).number, lambda n: handle.take_over(HOME, n, at=AT)),
    "case.accept": on(_taken, lambda n: handle.accept(HOME, n, at=AT)),
    "case.not_accept": on(_taken, lambda n: handle.not_accept(HOME, n, "not_ours", at=AT)),
    "case.ask_correction": on(_taken, lambda n: handle.ask_correction(HOME, n, [Point("field", "phone", "wrong")], at=AT)),
    "case.receive_correction": on(_correcting, lambda n: handle.receive_correction(CLERK, n, {"phone": "13900139000"}, (), at=AT)),
    "case.add_papers": on(
        lambda: received("jinglaoka_follow").number, lambda n: handle.add_papers(CLERK, n, (PaperIn("tax_statement"),), at=AT)
    ),
    "case.start_special": on(
        lambda: received("lianzu").number, lambda n: handle.start_special(CLERK, n, "inspection", "法", 3, at=AT)
    ),
    "case.end_special": on(_special, lambda n: handle.end_special(CLERK, n, "done", at=AT)),
    # Review and hand-over in one act, decision with its results in one act: one line all the same.
    "case.review": on(lambda: received("lianzu").number, lambda n: handle.review(CLERK, n, "pass", at=AT)),
    "case.decide": on(lambda: received("jinglaoka").number, lambda n: handle.decide(CLERK, n, True, at=AT)),
    "case.finish": on(lambda: received("dibao_zhengming").number, lambda n: handle.finish(CLERK, n, at=AT)),
    "case.hand_over": on(lambda: received("jinglaoka").number, lambda n: handle.hand_over(CLERK, n, MINHANG, "misjudged", at=AT)),
    "case.hand_back": on(_taken, lambda n: handle.hand_back(HOME, n, "wrong_item", at=AT)),
    "case.withdraw": on(_taken, lambda n: handle.withdraw(HOME, n, "asked", at=AT)),
    "case.revoke": on(_decided, lambda n: handle.revoke(lead(PUTUO), n, "法", at=AT)),
    "case.issue": on(_decided, lambda n: deliver.issue(CLERK, n, "jinglaoka", at=AT)),
    "case.deliver": on(_decided, lambda n: deliver.deliver(CLERK, n, "counter", at=AT)),
    "case.accept_by_silence": on(_taken, lambda n: escalate.accept_by_silence(SYSTEM, n, at=later(30))),
    "case.lapse": on(_correcting, lambda n: escalate.lapse(SYSTEM, n, at=later(60))),
    "case.recompute_due": on(_taken, lambda n: escalate.recompute_due(SYSTEM, n, at=AT)),
    "catalog.close_item": lambda: lambda: publish.close_item(city_lead(), "dibao", reason="升级", at=AT),
    "catalog.reopen_item": lambda: lambda: publish.reopen_item(city_lead(), "dibao", reason="完成", at=AT),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_every_act_leaves_exactly_one_line(name: str) -> None:
    act = ACTS[name]()
    before = len(lines())
    act()
    left = lines()[before:]
    assert [line[0] for line in left] == [name.partition(" ")[0]]
    _, actor, place, about, person = left[0]
    assert actor and (place or name.startswith(("visit.", "look.", "catalog.")))
    if name.startswith("case."):
        assert len(about) == 22 and (person or actor == SYSTEM.ref)
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from cases_case where number = %s and (applicant::text = %s or %s = '')",
                [about, person, person],
            )
            assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("name", [n for n in ACTS if n.startswith("case.") and "recompute" not in n])
def test_what_is_refused_leaves_no_line_and_no_trace(name: str) -> None:
    """The same act once more, without a key: refused where it cannot be done twice, and then as if it had not been tried."""
    act = ACTS[name]()
    act()
    tables = (
        "audit_line",
        "cases_fact",
        "cases_sealed",
        "cases_paper",
        "cases_case",
        "plumbing_done_act",
        "counters_visit",
    )
    count = "select " + ", ".join(f"(select count(*) from {t})" for t in tables)
    with connection.cursor() as cursor:
        cursor.execute(count)
        before = cursor.fetchone()
        try:
            act()
        except Refused:
            cursor.execute(count)
            assert cursor.fetchone() == before
        else:
            # Done again: one more line, no less.
            cursor.execute("select count(*) from audit_line")
            assert name in ("case.receive", "case.receive at once", "case.add_papers") and cursor.fetchone()[0] in (
                before[0],
                before[0] + 1,
            )


def test_the_trail_holds_no_personal_data() -> None:
    for name in ACTS:
        if name.startswith(("visit.", "case.", "draft.", "look.")):
            try:
                ACTS[name]()()
            except Refused:
                continue
    with connection.cursor() as cursor:
        cursor.execute(
            "select string_agg(concat_ws('|', act, actor, place, \"case\", person, reason, detail), ' ') from audit_line"
        )
        trail = cursor.fetchone()[0]
        cursor.execute("select string_agg(body, ' ') from cases_fact")
        log = cursor.fetchone()[0]
    for secret in ("沈桂芳", "沈建国", MOTHER.number, SON.number, "13800138000", "四平路"):
        assert secret not in trail and secret not in log, secret
