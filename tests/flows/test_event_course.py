"""How a life event goes when not everything goes well: parts that were refused, withdrawn, corrected, revoked or held change the
rest, and say so. The birth of a child stands for all: two hands in order, three in parallel, one that waits for two."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection

from tests.flows import events
from tests.flows.cases import lead
from tests.flows.people import PUTUO, SON, YANGPU, staff
from tongban.domain import mother as rule
from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.event_intake import EventIntake
from tongban.domain.facts import Point
from tongban.domain.mother import Replanned
from tongban.domain.refusals import Conflict, NotFound, Refused
from tongban.flows import compose, event_advance, event_withdraw, handle, publish, serve
from tongban.flows.compose import MotherReceipt
from tongban.plumbing.clock import city_date
from tongban.reads import mother as read
from tongban.reads import verify
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import city
from tongban.registers.mothers import queries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
SOURCE = city.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "birth")
TODAY = city_date(AT)


def born() -> tuple[Actor, str, MotherReceipt]:
    actor, visit, receipt, _ = events.submitted("birth", events.given(SOURCE.event_situations, "birth"), SON, AT)
    return actor, visit, receipt


def at_the_counter(number: str, item: str) -> None:
    """The person shows at a counter what this part waits for."""
    clerk = staff(PUTUO)
    met, said = serve.meet(clerk, SON, how="card", at=AT), EventIntake()
    for _ in range(events.TIMES):
        try:
            compose.amend(clerk, met.visit, number, item, said, at=AT, key="")
            return
        except Refused as refused:
            said = events.mended(said, refused, TODAY, grade="B", counter=False)


def started(number: str, item: str) -> str:
    """The number of the case of a part, which the person made able to start where it was held."""
    event_advance.advance(SYSTEM, number, at=AT)
    if events.mother(number).of(item).state == "held":
        at_the_counter(number, item)
    one = events.mother(number).of(item)
    assert one.state == "open", one
    return one.number


def facts(number: str, kind: type) -> list[rule.Body]:
    return [f for e in queries.log(number) if isinstance(f := rule.decode(e.body), kind)]


def test_what_comes_first_starts_and_the_rest_waits() -> None:
    _, _, receipt = born()
    states = {part.item: part.state for part in receipt.parts}
    assert states["chusheng_dengji"] == states["shebaoka_shenling"] == "waiting"
    assert {p.item for p in receipt.parts if p.state in ("open", "held")} <= {"shengyu_dengji", "chusheng_zhengming"}
    number = started(receipt.number, "chusheng_zhengming")
    assert number.startswith(receipt.number + "-") and len(number) == 25
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    assert events.mother(receipt.number).of("chusheng_dengji").state == "waiting"
    events.decide(number, AT)
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    after = events.mother(receipt.number)
    assert after.of("chusheng_dengji").state in ("open", "held")
    # The vaccination record wants the citizen number that the registration gives, so it waits for that one, too.
    assert after.of("yufang_jiezhong").state == after.of("shebaoka_shenling").state == "waiting"
    n = after.n
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    assert events.mother(receipt.number).n == n, "done again it changes nothing"


def test_a_refused_part_takes_with_it_what_begins_only_after_it_and_nothing_else() -> None:
    _, _, receipt = born()
    events.decide(started(receipt.number, "chusheng_zhengming"), AT)
    events.decide(started(receipt.number, "chusheng_dengji"), AT, granted=False)
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    after = events.mother(receipt.number)
    assert {one.part.item for one in after.parts if one.state == "dropped"} == {
        "shebaoka_shenling", "jumin_yibao", "jumin_yibao_jiaofei",
    }  # fmt: skip
    (said,) = facts(receipt.number, Replanned)
    assert (said.because, said.why) == ("chusheng_dengji", "refused")
    assert after.of("yufang_jiezhong").state in ("open", "held")
    shown = read.by_code(receipt.number, receipt.query_code, today=TODAY)
    dropped = next(part for part in shown.parts if part.item == "jumin_yibao")
    assert "出生登记" in dropped.why.zh or "没有办成" in dropped.why.zh
    assert any("不再办理" in step.title.zh for step in shown.steps)


def test_a_part_that_wanted_only_the_result_goes_on_and_asks_for_the_paper() -> None:
    part = rule.Part("b", 1, TODAY, TODAY, needs=(rule.Need("a", paper=True),))
    first = rule.Part("a", 1, TODAY, TODAY)
    mother = rule.apply(
        rule.Mother("x"),
        rule.Submitted(
            on=TODAY, event="e", applicant="p", channel="resident", receiving="c", form="", parts=(first, part)
        ),
    )
    mother = rule.apply(mother, rule.ChildOpened(on=TODAY, item="a", number="x-01"))
    assert rule.startable(mother, TODAY) == ()
    mother = rule.apply(mother, rule.ChildEnded(on=TODAY, item="a", outcome="refused"))
    changed = rule.replan(mother, "a", "refused", TODAY)
    assert changed is not None and changed.dropped == () and changed.parts[0].needs == ()
    assert [one.part.item for one in rule.startable(rule.apply(mother, changed), TODAY)] == ["b"]


def test_withdrawing_takes_back_what_is_not_decided() -> None:
    actor, visit, receipt = born()
    number = started(receipt.number, "chusheng_zhengming")
    events.decide(number, AT)
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    later = started(receipt.number, "chusheng_dengji")
    done = event_withdraw.withdraw(actor, receipt.number, visit=visit, at=AT, key="back")
    assert later in done.to_withdraw and number not in done.to_withdraw and done.kept == ()
    assert event_withdraw.withdraw(actor, receipt.number, visit=visit, at=AT, key="back") == done
    assert cases.get(later).case.stage == "withdrawn" and cases.get(number).case.stage == "delivered"
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    after = events.mother(receipt.number)
    assert after.stage == "withdrawn" and {one.state for one in after.parts} == {"ended", "dropped"}
    with pytest.raises(Conflict):
        event_withdraw.withdraw(actor, receipt.number, visit=visit, at=AT)


def test_one_item_is_taken_back_before_it_began() -> None:
    actor, visit, receipt = born()
    event_withdraw.withdraw(actor, receipt.number, visit=visit, items=("jumin_yibao",), at=AT)
    after = events.mother(receipt.number)
    dropped = {one.part.item for one in after.parts if one.state == "dropped"}
    assert dropped == {"jumin_yibao", "jumin_yibao_jiaofei"} and after.stage == "open"


def test_a_correction_is_said_and_its_content_reaches_the_next_parts() -> None:
    _, _, receipt = born()
    number = started(receipt.number, "chusheng_zhengming")
    clerk = lead(events.child(number).holder)
    handle.take_over(clerk, number, at=AT)
    handle.ask_correction(clerk, number, [Point("field", "phone", "wrong")], at=AT)
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    assert events.mother(receipt.number).of("chusheng_zhengming").correcting
    met = serve.meet(staff(YANGPU), SON, how="card", at=AT)
    handle.receive_correction(staff(YANGPU), number, {"phone": "13900139000"}, [], visit=met.visit, at=AT)
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    after = events.mother(receipt.number)
    assert not after.of("chusheng_zhengming").correcting
    assert [f.why for f in facts(receipt.number, Replanned)] == ["correcting", "corrected"]
    events.decide(number, AT)
    later = cases.get(started(receipt.number, "chusheng_dengji")).case
    assert b"13900139000" in cases.beside(later.number, later.answers)


def test_a_decision_undone_is_noted_and_stops_what_has_not_begun() -> None:
    _, _, receipt = born()
    number = started(receipt.number, "chusheng_zhengming")
    events.decide(number, AT)
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    handle.revoke(lead(events.child(number).holder), number, "行政许可法第六十九条", at=AT)
    event_advance.advance(SYSTEM, receipt.number, at=AT)
    after = events.mother(receipt.number)
    assert after.of("chusheng_zhengming").outcome == "revoked"
    assert after.of("jumin_yibao").state == "waiting" or after.of("jumin_yibao").state == "dropped"


def test_nothing_known_of_the_parent_is_in_the_matter_of_the_child() -> None:
    _, _, receipt = born()
    number = started(receipt.number, "chusheng_zhengming")
    events.decide(number, AT)
    case = cases.get(started(receipt.number, "chusheng_dengji")).case
    answers = cases.beside(case.number, case.answers).decode()
    assert (
        case.about == "child" and f'"name":"{SON.name}"' not in answers and f'"id_number":"{SON.number}"' not in answers
    )


def test_whose_it_is_not_does_not_find_it() -> None:
    actor, _, receipt = born()
    assert read.mine(actor, receipt.number, today=TODAY).total == len(receipt.parts)
    stranger = Actor("resident", "resident:00000000-0000-0000-0000-000000000001", "某人")
    for look in (
        lambda: read.mine(stranger, receipt.number, today=TODAY),
        lambda: read.by_code(receipt.number, "ACDEFG", today=TODAY),
        lambda: read.mine(staff(YANGPU), receipt.number, today=TODAY),
    ):
        with pytest.raises(NotFound):
            look()


def test_submitting_twice_is_one_event_and_a_used_draft_is_told() -> None:
    intake = events.given(SOURCE.event_situations, "retire")
    actor, visit, first, intake = events.submitted("retire", intake, SON, AT)
    draft = compose.save(actor, visit, "retire", intake, at=AT)
    done = compose.submit(actor, visit, "retire", intake, draft=draft.id, channel="resident", at=AT, key="one")
    again = compose.submit(actor, visit, "retire", intake, draft=draft.id, channel="resident", at=AT, key="one")
    assert again == done != first
    with pytest.raises(Conflict) as told:
        compose.submit(actor, visit, "retire", intake, draft=draft.id, channel="resident", at=AT, key="two")
    assert told.value.code == "draft.used"


def test_what_is_put_off_follows_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    intake = events.given(SOURCE.event_situations, "nev_plate")
    _, _, receipt, _ = events.submitted("nev_plate", intake, SON, AT)
    mother = events.mother(receipt.number)
    later = [one for one in mother.parts if one.part.deferred_until]
    assert later and all(one.state == "waiting" for one in later)
    assert all(rule.opens_on(mother, one) is None for one in later)
    ended, _ = events.to_the_end(
        receipt.number, lambda item: at_the_counter(receipt.number, item), AT + dt.timedelta(0)
    )
    last_main = max(one.ended_on for one in ended.parts if not one.part.deferred_until)
    assert all(one.ended_on >= last_main for one in ended.parts if one.part.deferred_until)


def wrong() -> list[str]:
    return [told for done in verify.verify(SYSTEM) for told in done.wrong]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update mothers_mother set stage = 'gathered'", "column"),
        ("update mothers_mother set applicant = gen_random_uuid()", "column"),
        ("update mothers_mother set n = n + 1", "column"),
        ("update mothers_fact set body = replace(body, 'birth', 'death') where n = 1", "hash"),
        ("delete from mothers_fact where n = 2", "missing"),
        ("update mothers_fact set kind = 'held' where n = 1", "kind"),
        ("update mothers_form set body = set_byte(body, 40, get_byte(body, 40) # 1)", "form"),
        ("delete from mothers_form", "gone"),
        ("delete from mothers_mother", "its life event is gone"),
        ("update mothers_draft set body = set_byte(body, 20, get_byte(body, 20) # 1)", "draft"),
    ],
)
def test_whoever_changes_a_mother_case_behind_the_program_is_found(change: str, said: str) -> None:
    actor, visit, receipt = born()
    started(receipt.number, "chusheng_zhengming")
    compose.save(actor, visit, "retire", EventIntake(), at=AT)
    assert wrong() == []
    with connection.cursor() as cursor:
        cursor.execute("alter table mothers_fact disable trigger mothers_fact_append_only")
        cursor.execute(change)
        assert cursor.rowcount >= 1
        cursor.execute("alter table mothers_fact enable trigger mothers_fact_append_only")
    assert any(said in told for told in wrong()), wrong()


def test_retiring_takes_what_is_known_and_each_department_decides_its_own() -> None:
    at = events.when(SOURCE.event_situations, "retire")
    _, _, receipt, intake = events.submitted("retire", events.given(SOURCE.event_situations, "retire"), SON, at)
    assert "name" not in intake.answers and "id_number" not in intake.answers, "who he is was known by signing in"
    ended, order = events.to_the_end(receipt.number, lambda item: at_the_counter(receipt.number, item), at)
    assert ended.stage == "gathered" and order.index("yanglaojin_shenling") < order.index("yibao_tuixiu")
    assert len({events.child(one.number).holder for one in ended.parts}) == 1, (
        "all at my center, or at home, which is the same here"
    )
    for one in ended.parts:
        case = cases.get(one.number).case
        answers = cases.beside(case.number, case.answers).decode()
        assert case.about == "" and (f'"name":"{SON.name}"' in answers or '"name"' not in answers)
        first = next(e.fact for e in cases.log(case.number) if e.n == 1)
        assert first.promised_days is not None and case.promised_days <= first.promised_days
    shown = read.by_code(receipt.number, receipt.query_code, today=city_date(at))
    assert (shown.done, shown.total, shown.word.zh) == (len(ended.parts), len(ended.parts), "全部办结")
    assert shown.steps[0].kind == "submitted" and shown.steps[-1].kind == "gathered"


def test_an_item_that_was_closed_holds_up_only_itself() -> None:
    at = events.when(SOURCE.event_situations, "retire")
    publish.close_item(SYSTEM, "yanglaojin_shenling", reason="系统升级", at=at)
    _, _, receipt, _ = events.submitted("retire", events.given(SOURCE.event_situations, "retire"), SON, at)
    first = next(part for part in receipt.parts if part.item == "yanglaojin_shenling")
    assert first.state == "held" and any(code.startswith("item.closed") for code in first.problems)
    shown = read.by_code(receipt.number, receipt.query_code, today=city_date(at))
    assert any("停止受理" in missing.why.zh for part in shown.parts for missing in part.missing)
