"""Life events of the catalog: each thing the check refuses, the situations that figures must come out of, and what becomes of
an event when it is published."""

import datetime as dt
import re
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.registers.catalog.small_city import pieces, write
from tongban.config.settings.base import CITY_FOLDER, ROOT
from tongban.domain.actor import Actor, Grant
from tongban.domain.calendar import Calendar
from tongban.domain.composer import compose, unaccounted
from tongban.domain.guidance import next_question
from tongban.domain.item import eligibility
from tongban.domain.plan import Circumstances, Holdings, Known, KnownValue
from tongban.domain.plan_days import days_from
from tongban.domain.plan_desk import Desk
from tongban.domain.prepared import Prepared, answers_of
from tongban.domain.refusals import NotFound
from tongban.flows.publish import publish
from tongban.plumbing import crypto
from tongban.registers.catalog import event_table, lint, queries, rows, situations
from tongban.registers.catalog.city import Source, load
from tongban.registers.catalog.event_situations import circumstances, prepared_on

Change = Callable[[dict[str, Any]], Any]
AT = dt.datetime(2026, 11, 22, 2, 0, tzinfo=dt.UTC)
EDITOR = Actor("staff", "staff:editor", grants=(Grant("catalog.publish", "310000"),))


def files() -> dict[str, Any]:
    """The small city with a second item and an event of both."""
    found = pieces()
    card = found["items/gongan/card.yaml"]
    other = {**card, "code": "seat", "name": "让座证", "catalog_code": "310990011002", "aliases": ["让座"]}
    papers = [{"material": "senior_card", "key": True}]
    version = {**card["versions"][0], "papers": papers, "results": [{"name": "让座证", "credential": "seat"}]}
    version["limits"] = {"legal_days": 10, "promised_days": 5}
    found["items/gongan/seat.yaml"] = {**other, "versions": [version]}
    found["materials.yaml"]["materials"].append(
        {"code": "senior_card", "name": "敬老卡", "kind": "licence", "source": "公安", "satisfied_by": [{"credential": "senior"}, {"paper": "original"}]}
    )  # fmt: skip
    found["credentials.yaml"]["credentials"].append(
        {"code": "seat", "name": "让座证", "type_code": "3", "issuer": "gongan"}
    )
    found["life_events/old.yaml"] = {
        "code": "old", "name": "老了", "aliases": ["变老"], "summary": "一起办", "lead": "gongan", "channels": ["resident"],
        "delivery": ["mail"], "phones": {"enquiry": "962200", "complaint": "12345"},
        "people": [{"code": "mother", "name": "母亲"}],
        "questions": [{"element": "home", "why": "决定要不要收入证明"}],
        "items": [{"item": "card", "why": "要有卡"}, {"item": "seat", "why": "要让座", "come": ["papers"]}],
    }  # fmt: skip
    found["situations/old_event.yaml"] = {
        "name": "老了", "why": "卡办好了不用交卡", "reference": True,
        "given": {
            "event": "old", "today": "2026-03-02", "answers": {"birth_date": "1950-01-01", "home": "own"},
            "known": {"self": {"register": True, "credentials": ["id"]}},
        },
        "expect": {
            "items": ["card", "seat"], "maybe": [], "not_eligible": {}, "papers": [], "order": [["card", "seat"]], "next": "",
            "before": {"items": 2, "papers": 2, "visits": 2, "days": 25, "fields": 6},
            "after": {"papers": 0, "visits": {"most": 0}, "days": 25, "fields": {"least": 1, "most": 1}},
        },
    }  # fmt: skip
    return found


def event(found: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = found["life_events/old.yaml"]
    return told


def sets(**values: Any) -> Change:
    return lambda found: event(found).update(values)


def sets_item(n: int, **values: Any) -> Change:
    return lambda found: event(found)["items"][n].update(values)


def sets_expect(**values: Any) -> Change:
    return lambda found: found["situations/old_event.yaml"]["expect"].update(values)


def source_of(folder: Path, change: Change = lambda found: None) -> Source:
    found = files()
    change(found)
    return load(write(folder, found))


@pytest.mark.parametrize(
    ("answers", "says", "mend"),
    [
        ({"home": "ownd"}, "“ownd”不能作", "可选:"),
        ({"birth_date": "yesterday"}, "“yesterday”不能作", "2026-01-31"),
        ({"birth_date": {"date": "1950-01-01"}}, "不能作", "2026-01-31"),
        ({"birth_dat": "1950-01-01"}, "没有数据元“birth_dat”", "是不是 birth_date?"),
    ],
)
def test_an_answer_that_nobody_can_read_is_not_taken_for_no_answer(
    tmp_path: Path, answers: dict[str, Any], says: str, mend: str
) -> None:
    for name in ("old_event", "old"):
        source = source_of(tmp_path / name, lambda found, name=name: given_of(found, name).update(answers=answers))
        assert any(says in note.what and mend in note.mend for note in situations.run(source)), name


def given_of(found: dict[str, Any], situation: str) -> dict[str, Any]:
    """What a situation of the event, or the first one of an item, says of the person."""
    row = found["situations/old_event.yaml"] if situation == "old_event" else next(
        row for name, row in found.items() if name.startswith("situations/") and "item" in row["given"]
    )  # fmt: skip
    told: dict[str, Any] = row["given"]
    return told


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ({"self": {"checks": ["incom"]}}, "没有核验“incom”"),
        ({"self": {"results": ["caard"]}}, "没有事项“caard”"),
        ({"self": {"credentials": ["idd"]}}, "没有证照种类“idd”"),
        ({"mothr": {}}, "这件事里没有“mothr”"),
    ],
)
def test_what_a_situation_says_is_known_exists(tmp_path: Path, known: dict[str, Any], says: str) -> None:
    source = source_of(tmp_path, lambda found: given_of(found, "old_event").update(known=known))
    assert any(says in note.what for note in situations.run(source))


def test_an_item_that_cannot_be_read_is_not_taken_for_one_that_is_not_there(tmp_path: Path) -> None:
    source = source_of(tmp_path, lambda found: found["items/gongan/seat.yaml"]["versions"][0].update(action="aply"))
    told = [note.what for note in lint.check(source)]
    assert "事项“seat”的文件有错,还读不出来" in told and "没有代码为“seat”的事项" not in told
    assert any("没有生效版本的事项:seat" in note.what for note in situations.run(source))
    with pytest.raises(NotFound) as refused:
        event_table.plan_of(source, "old", "")
    assert "seat" in refused.value.text.zh


def test_the_right_word_that_is_nearest_is_named_and_all_slips_of_an_item_at_once(tmp_path: Path) -> None:
    source = source_of(
        tmp_path, lambda found: (sets(lead="gongann")(found), sets_item(0, item="caard", of="mothr")(found))
    )
    mends = " ".join(note.mend for note in lint.check(source))
    assert all(f"是不是 {word}?" in mends for word in ("gongan", "card", "mother"))


def test_half_an_event_in_english_and_the_day_of_birth_of_the_wrong_person_are_warned_of(tmp_path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        event(found)["name"] = {"zh": "老了", "en": "Old"}
        event(found)["items"][0] |= {"of": "mother", "fills": {"birth_date": "$birth_date"}}

    notes = [note for note in lint.check(source_of(tmp_path, change)) if note.severity == "warning"]
    assert any("没有英文:summary" in note.what for note in notes)
    assert any("“出生日期”填的却是申请人自己的" in note.what for note in notes)


def test_a_sound_event_has_no_notes(tmp_path: Path) -> None:
    source = source_of(tmp_path)
    assert [*lint.check(source), *situations.run(source)] == []


AFTER_CARD = [{"item": "card", "why": "先有卡"}]
TEST = {"eq": ["$home", "rent"]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (sets(lead="moon"), "没有代码为“moon”的部门"),
        (sets_item(0, why=""), "没写为什么,居民看不到理由"),
        (sets(questions=[{"element": "home", "why": " "}]), "没写为什么,居民看不到理由"),
        (sets(aliases=[]), "没有俗称"),
        (sets(channels=[]), "从哪里办"),
        (sets(channels=["window"], fully_online=True), "却不能网上办"),
        (sets(phones={"enquiry": "1", "complaint": "1"}), "不能相同"),
        (sets(code="older"), "文件名与代码不一致"),
        (sets(figures={"days": 3}), "不认识“figures”"),
        (sets(questions=[{"element": "shoe", "why": "x"}]), "没有数据元“shoe”"),
        (sets(theme=[{"on": "moon", "act": "freeze", "of": "mother", "department": "gongan", "credential": "id", "why": "x"}]), "没有事项“moon”"),
        (sets(theme=[{"on": "card", "act": "end", "of": "mother", "department": "gongan", "why": "x"}]), "只写一样"),
        (sets_item(0, item="moon"), "没有代码为“moon”的事项"),
        (sets_item(1, item="card"), "写了两次"),
        (sets_item(0, of="father"), "people 里没有“father”"),
        (sets_item(0, of="mother"), "“姓名”是谁的没写明"),
        (sets_item(0, fills={"name": "$home"}), "类型不同"),
        (sets_item(0, fills={"shoe": "x"}), "表单里没有“shoe”"),
        (sets_item(0, fills={"home": "tent"}), "不能作“住房”的值"),
        (sets_item(0, papers={"proof": "father.proof"}), "people 里没有“father”"),
        (sets_item(0, papers={"shoe": "proof"}), "不要材料“shoe”"),
        (sets_item(0, after=[{"item": "card", "why": "x"}]), "排在自己之后"),
        (sets_item(0, after=[{"item": "moon", "why": "x"}]), "没有事项“moon”"),
        (sets_item(0, come=["papers", "collect"]), "come 写了 2 次"),
        (sets_item(0, promised_days=40), "比事项自己的(20天)还长"),
        (sets_item(0, deferrable={"until_days": 0, "consequence": "x"}), "后置期限不合理"),
        (sets_item(0, deferrable={"until_days": 9, "consequence": ""}), "逾期的后果"),
        (sets_item(0, when={"eq": ["$home", "tent"]}), "没有选项“tent”"),
        (sets_item(0, when={"all": [TEST, {"eq": ["$home", "own"]}]}), "怎么回答都不成立"),
        (sets_item(0, when={"eq": ["$consent", True]}), "没有问题也没有表单问它"),
        (sets_expect(after={"days": 9}), "天数:预期 9,实际 25"),
        (sets_expect(before={"papers": {"least": 3}}), "材料:预期 3 到 更多,实际 2"),
        (sets_expect(papers=["id_card"]), "要带的材料"),
        (sets_expect(parallel=[["card", "seat"]]), "没有同时办"),
        (sets_expect(next="home"), "下一个问题"),
        (sets_expect(not_eligible={"card": ["age"]}), "不符合条件"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(change: Change, says: str, tmp_path: Path) -> None:
    source = source_of(tmp_path, change)
    found = [*lint.check(source), *situations.run(source)]
    assert any(says in note.what for note in found), [str(note) for note in found]
    assert all(note.file.startswith(("cities/small/life_events", "cities/small/situations")) for note in found)


def test_a_circle_is_spelled_out_with_names(tmp_path: Path) -> None:
    """The card is put after the seat by hand, while the seat needs the card: no order is left."""
    source = source_of(tmp_path, sets_item(0, after=[{"item": "seat", "why": "先让座"}]))
    told = [note.what for note in lint.check(source)]
    assert "事项互相等待,成了一圈:“敬老卡申领”排在“让座证”之后(先让座);“让座证”要用“敬老卡申领”办出来的“敬老卡”" in told


def test_a_way_out_makes_it_no_circle(tmp_path: Path) -> None:
    """A department can confirm the card: then neither waits for the other."""

    def change(found: dict[str, Any]) -> None:
        sets_item(0, after=[{"item": "seat", "why": "先让座"}])(found)
        ways = found["materials.yaml"]["materials"][-1]["satisfied_by"]
        ways.insert(0, {"check": "senior", "department": "gongan"})

    assert not [note for note in lint.check(source_of(tmp_path, change)) if "一圈" in note.what]


@pytest.mark.django_db(transaction=True)
def test_an_event_is_published_and_composed_from_what_is_published(tmp_path: Path) -> None:
    source = source_of(tmp_path)
    queries.forget()
    publish(EDITOR, source, at=AT, note="first")
    queries.forget()
    assert [found.name.zh for found in queries.life_events().values()] == ["老了"]
    ready = queries.prepared("old", AT.date())
    assert ready is queries.prepared("old", AT.date()), "made ready once an edition"
    assert source.city is not None
    (row, _), *_ = source.event_situations
    given = circumstances(row)
    drafted = prepared_on(source.city, "old", given.start)
    assert drafted is not None
    assert compose(ready, given, queries.calendar()) == compose(drafted, given, queries.calendar())
    with pytest.raises(NotFound) as none:
        queries.prepared("moon", AT.date())
    assert none.value.code == "catalog.no_life_event"


def test_a_catalog_without_events_keeps_the_digest_it_had(tmp_path: Path) -> None:
    city = load(write(tmp_path, pieces())).city
    assert city is not None
    body = rows.city_body(city)
    assert '"events"' not in body and '"causes"' not in body
    assert crypto.digest(body.encode()).hex()[:16] == "fac777ed82efdbb4"


def test_the_table_is_composed_and_counts_the_change(tmp_path: Path) -> None:
    (line,) = event_table.lines(source_of(tmp_path))
    assert (line.situation, line.before.papers, line.after.papers) == ("老了", 2, 0)
    assert event_table.average("x", [line]).changes["papers"] == -100
    (bare,) = event_table.lines(source_of(tmp_path / "bare", lambda found: found.pop("situations/old_event.yaml")))
    assert bare.situation == "" and bare.after.papers == 2


def situations_of(source: Source) -> list[tuple[Prepared, Circumstances]]:
    """Every situation of every event of a city, made ready."""
    assert source.city is not None
    found = []
    for row, _ in source.event_situations:
        prepared = prepared_on(source.city, row.given.event, row.given.today)
        assert prepared is not None, row.name
        found.append((prepared, circumstances(row)))
    return found


def test_every_plan_of_shanghai_accounts_for_every_difference(compiled_city: Source) -> None:
    assert compiled_city.city is not None
    calendar = Calendar.of(compiled_city.city.calendar)
    cases = situations_of(compiled_city)
    assert {prepared.event.code for prepared, _ in cases} == {event.code for event in compiled_city.city.events}
    for prepared, given in cases:
        for known in (given, msgspec.structs.replace(given, known=Known()), msgspec.structs.replace(given, answers={})):
            assert unaccounted(compose(prepared, known, calendar)) == {}, prepared.event.code


def test_an_item_of_an_event_is_judged_as_it_is_alone(compiled_city: Source) -> None:
    """The conditions were rewritten to the one form; over each item's own answers they come to the same."""
    for prepared, given in situations_of(compiled_city):
        desk = Desk(prepared, given, days_from(Calendar.of(()), given.start), None)
        for term, state in zip(prepared.items, desk.states, strict=True):
            answers = answers_of(prepared, term.entry.item, desk.env)
            alone = eligibility(term.version, answers, given.start)
            if state.state in ("in", "maybe", "not_eligible"):
                assert (state.state == "not_eligible") == (alone.value is False), (prepared.event.code, state.item)
                assert {f.condition.id for f in state.failing} == {u.condition.id for u in alone.failing}
                if state.state == "in":
                    assert alone.value is True


def test_the_example_of_the_howto_works_as_it_stands(tmp_path: Path) -> None:
    """Both files are copied out of the page into a copy of the city: whoever copies them has a sound event."""
    event, situation = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs/howto/add-a-life-event.md").read_text("utf-8"), re.DOTALL
    )
    city = tmp_path / "cities" / "shanghai"
    shutil.copytree(CITY_FOLDER, city)
    (city / "life_events" / "newborn.yaml").write_text(event, "utf-8")
    (city / "situations" / "newborn.yaml").write_text(situation, "utf-8")
    source = load(city)
    assert [str(note) for note in (*lint.check(source), *situations.run(source)) if "newborn" in note.file] == []
    assert any(row.given.event == "newborn" for row, _ in source.event_situations)


def test_few_questions_lead_to_the_list(compiled_city: Source) -> None:
    """The persons of all situations answer what they are asked; what a situation does not say they do not know."""
    asked = []
    for prepared, given in situations_of(compiled_city):
        answers, unsure = dict[str, Any](), set[str]()
        while question := next_question(
            prepared, msgspec.structs.replace(given, answers=answers, unsure=frozenset(unsure))
        ):
            assert question.element not in answers and question.element not in unsure
            if question.element in given.answers:
                answers[question.element] = given.answers[question.element]
            else:
                unsure.add(question.element)
        asked.append(len(answers) + len(unsure))
    assert statistics.median(asked) <= 7, asked


@pytest.mark.parametrize(
    ("event", "answers", "first", "later"),
    [
        ("birth", {"hukou_kind": "shanghai"}, "sex", "maternity_insured"),
        ("grad_hukou", {"hukou_kind": "other"}, "degree", "graduate_score"),
        ("disabled", {}, "holds_disability_cert", "disability_grade"),
        ("residence_permit", {"hukou_kind": "other"}, "address_registered", "residence_registered_on"),
        ("retire", {}, "has_fund_account", "fund_loan_open"),
    ],
)
def test_in_shanghai_a_detail_comes_after_what_it_is_a_detail_of(
    compiled_city: Source, event: str, answers: dict[str, Any], first: str, later: str
) -> None:
    """Nobody is asked how the mother is insured before they said that they are she."""
    assert compiled_city.city is not None
    prepared = prepared_on(compiled_city.city, event, dt.date(2026, 11, 23))
    assert prepared is not None
    unsure = set[str]()
    while question := next_question(
        prepared, Circumstances(dt.date(2026, 11, 23), answers=answers, unsure=frozenset(unsure))
    ):
        assert question.element != later
        if question.element == first:
            return
        unsure.add(question.element)
    raise AssertionError(f"{first} was never asked")


def test_what_the_register_said_it_does_not_know_comes_from_the_item_that_makes_it(compiled_city: Source) -> None:
    """Whoever founds a company has no number of it yet: it is not asked for, it comes with the licence."""
    assert compiled_city.city is not None
    pairs = situations_of(compiled_city)
    prepared, given = next((one, given) for one, given in pairs if one.event.code == "startup")
    values = {"name": KnownValue("沈建国"), "id_number": KnownValue("310119196001010020")}
    known = Known(values, {"self": Holdings(True, ("id_card",))})
    plan = compose(prepared, msgspec.structs.replace(given, known=known), Calendar.of(compiled_city.city.calendar))
    found = {field.element: (field.source, field.by) for field in plan.form}
    assert found["company_credit_code"] == ("result", "qiye_sheli")
    assert found["company_name"] == ("typed", "") and found["name"][0] == "register"
