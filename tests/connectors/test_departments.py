"""The adapters against the pretended city over real HTTP: normal, slow, dead and wrong."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from tests.connectors.people import subject
from tongban.config import wiring
from tongban.domain.ports import Checked, Given, Notice, NotThere, Purpose, Subject, Told, Unavailable
from tongban.domain.refusals import NotFound, Refused
from tongban.plumbing import outside
from tongban.plumbing.outside import ask
from tongban.simulated.city import WRONGS
from tongban.simulated.named import BABY, GUIFANG, JIANGUO, LIPING, NEW_FATHER, NEW_MOTHER, RELIEVED
from tongban.simulated.residents import make

CONNECTED = wiring.CONNECTORS
# a question for each department that somebody has an answer to
QUESTION = {
    "gongan": (GUIFANG, ("id_card", "hukou_book")),
    "minzheng": (JIANGUO, ("marriage_cert",)),
    "renshe": (JIANGUO, ("employment_book",)),
    "yibao": (JIANGUO, ("insured_record",)),
    "weijian": (NEW_MOTHER, ("birth_cert",)),
}


@pytest.fixture(autouse=True)
def _wired(settings, city_url: str) -> Iterator[None]:
    settings.TONGBAN_DEPARTMENTS_URL = city_url
    settings.TONGBAN_CARD_READER_URL = f"{city_url}/card-reader"
    wiring.forget()
    yield
    wiring.forget()


def question(code: str, purpose: Purpose):
    resident, kinds = QUESTION[code]
    return lambda: wiring.department(code).licences(subject(resident), kinds, purpose)


def test_all_departments_at_once_give_what_they_have(purpose):
    results = ask({code: question(code, purpose) for code in CONNECTED})
    for code, result in results.items():
        assert isinstance(result, Given), (code, result)
        assert {x.kind for x in result.items} == set(QUESTION[code][1])
        assert {(x.source, x.grade) for x in result.items} == {(code, "A")}


@pytest.mark.parametrize("code", CONNECTED)
def test_nobody_of_this_name(code, purpose):
    stranger = Subject(GUIFANG.number, "沈桂芬")
    assert isinstance(wiring.department(code).licences(stranger, QUESTION[code][1], purpose), NotThere)
    for what in wiring.offers()[code][1]:
        answer = wiring.department(code).check(stranger, what, {}, purpose)
        assert isinstance(answer, NotThere), (what, answer)


@pytest.mark.parametrize("code", CONNECTED)
def test_kinds_of_another_department_are_not_asked_for(code, purpose, control):
    before = control(code)["asked"]
    assert isinstance(wiring.department(code).licences(subject(GUIFANG), ("disability_cert",), purpose), NotThere)
    assert control(code)["asked"] == before


@pytest.mark.parametrize("code", CONNECTED)
def test_a_check_that_is_not_offered_falls_back_to_paper(code, purpose):
    answer = wiring.department(code).check(subject(GUIFANG), "shoe_size", {}, purpose)
    assert isinstance(answer, Unavailable)
    assert answer.code == "paper"


@pytest.mark.parametrize("code", CONNECTED)
def test_dead(code, purpose, control):
    control(code, mode="down")
    result = ask({code: question(code, purpose)})[code]
    assert isinstance(result, Unavailable)
    assert result.code == "down"
    assert result.why.zh
    assert result.why.en


@pytest.mark.parametrize("code", CONNECTED)
def test_slow_beyond_the_budget(code, purpose, control):
    control(code, mode="slow", seconds=60)
    begin = time.monotonic()
    result = ask({code: question(code, purpose), "quick": lambda: "here"}, budget=2.0)
    assert time.monotonic() - begin < 30
    assert result[code].code == "slow"
    assert result["quick"] == "here"


@pytest.mark.parametrize("kind", WRONGS)
@pytest.mark.parametrize("code", CONNECTED)
def test_wrong_answers_are_never_passed_on(code, kind, purpose, control, caplog):
    control(code, mode="wrong", kind=kind)
    result = ask({code: question(code, purpose)})[code]
    assert isinstance(result, Unavailable), result
    assert result.code == "not_understood"
    assert QUESTION[code][0].number not in caplog.text
    assert QUESTION[code][0].name not in caplog.text


def test_nothing_listens(settings, purpose):
    settings.TONGBAN_DEPARTMENTS_URL = "http://127.0.0.1:9"
    wiring.forget()
    assert ask({"gongan": question("gongan", purpose)})["gongan"].code == "down"
    assert [f.ok for code, f in wiring.doctor() if code in CONNECTED] == [False] * len(CONNECTED)


def test_a_dead_department_soon_costs_nothing_and_comes_back_by_itself(purpose, control, monkeypatch):
    monkeypatch.setattr("tongban.plumbing.outside.Breaker.__init__.__defaults__", (3, 600.0))
    control("yibao", mode="down")
    for _ in range(3):
        assert ask({"yibao": question("yibao", purpose)})["yibao"].code == "down"
    asked = control("yibao")["asked"]
    assert ask({"yibao": question("yibao", purpose)})["yibao"].code == "resting"
    assert control("yibao")["asked"] == asked
    control("yibao", mode="normal")
    outside._lanes["yibao"].breaker._open_until = time.monotonic()  # the rest is over
    assert isinstance(ask({"yibao": question("yibao", purpose)})["yibao"], Given)


def test_checks_hold_or_name_what_differs(purpose):
    gongan = wiring.department("gongan")
    right = gongan.check(subject(GUIFANG), "hukou", {"hukou_division": "310110009", "phone": "13800000000"}, purpose)
    assert isinstance(right, Checked)
    assert (right.holds, right.differing) == (True, ())
    wrong = gongan.check(subject(GUIFANG), "hukou", {"hukou_division": "310107015"}, purpose)
    assert (wrong.holds, wrong.differing) == (False, ("hukou_division",))
    assert wrong.fields["hukou_division"] == "310110009"
    assert gongan.check(subject(RELIEVED), "no_crime", {}, purpose).holds is False
    assert gongan.check(subject(NEW_MOTHER), "hukou", {}, purpose).holds is False


def test_checks_of_relatives_need_their_names_and_carry_only_what_forms_ask(purpose):
    gongan = wiring.department("gongan")
    assert isinstance(gongan.check(subject(JIANGUO), "spouse_identity", {}, purpose), NotThere)
    values = {"spouse_name": LIPING.name, "spouse_id_number": LIPING.number}
    answer = gongan.check(subject(JIANGUO), "spouse_hukou", values, purpose)
    assert answer.holds
    assert answer.fields == {**values, "spouse_hukou_kind": "shanghai"}


def test_checks_of_the_other_departments(purpose):
    minzheng, renshe = wiring.department("minzheng"), wiring.department("renshe")
    assert minzheng.check(subject(JIANGUO), "marriage", {"spouse_name": LIPING.name}, purpose).holds
    assert minzheng.check(subject(GUIFANG), "assets", {}, purpose).fields["household_month_income"] == "1380.00"
    assert minzheng.check(subject(RELIEVED), "relief", {}, purpose).fields["relief_kind"] == "dibao"
    assert renshe.check(subject(JIANGUO), "employment", {}, purpose).fields["employer_division"] == "310117105"
    assert renshe.check(subject(GUIFANG), "employment", {}, purpose).holds is False
    assert renshe.check(subject(GUIFANG), "income", {}, purpose).holds
    assert wiring.department("yibao").check(subject(LIPING), "insurance", {}, purpose).holds is False
    other_phone = wiring.department("yibao").check(subject(JIANGUO), "insurance", {"phone": "13900139000"}, purpose)
    assert (other_phone.holds, other_phone.differing) == (True, ())
    birth = wiring.department("weijian").check(subject(NEW_FATHER), "birth", {"child_name": BABY.name}, purpose)
    assert birth.fields["child_id_number"] == BABY.number
    other = wiring.department("weijian").check(subject(NEW_FATHER), "birth", {"child_name": "陆二鸣"}, purpose)
    assert isinstance(other, NotThere)


@pytest.mark.parametrize("code", CONNECTED)
def test_telling_twice_is_telling_once(code, control):
    at = datetime(2026, 11, 22, tzinfo=UTC)
    notice = Notice(f"n-{code}", "310107015261122000001", "jinglaoka", "decided", at, subject(GUIFANG), {"ok": True})
    first, second = (wiring.department(code).tell(notice) for _ in range(2))
    assert isinstance(first, Told)
    assert first == second
    told = [t for t in control(code)["told"] if t["receipt"] == first.reference]
    assert len(told) == 1
    assert GUIFANG.number in str(told)


def test_every_synthetic_resident_is_understood_by_every_department(purpose):
    for resident in make(n=400):
        for code in CONNECTED:
            answer = wiring.department(code).licences(subject(resident), wiring.offers()[code][0], purpose)
            assert not isinstance(answer, Unavailable), (resident, code)


def test_nobody_is_looked_up_for_no_reason():
    for missing in ("about", "reason", "actor"):
        parts = {"about": "case", "item": "", "reason": "why", "actor": "staff:1", missing: "  "}
        with pytest.raises(Refused) as refused:
            Purpose(**parts)
        assert refused.value.code == "purpose.missing"


def test_the_paper_twin_answers_at_once(purpose):
    office = wiring.department("fangguan")
    answer = ask({"fangguan": lambda: office.licences(subject(GUIFANG), ("lease_filing",), purpose)})["fangguan"]
    assert (answer.code, answer.retry_after) == ("paper", 0)
    for _ in range(20):  # and never counts as a failure
        assert ask({"fangguan": lambda: office.check(subject(GUIFANG), "lease", {}, purpose)})["fangguan"] is answer


def test_wiring_knows_the_city(settings):
    assert len(wiring.connectors()) >= 11
    assert wiring.department("gongan") is wiring.department("gongan")
    with pytest.raises(NotFound):
        wiring.department("yaoguai")
    settings.TONGBAN_DEPARTMENT_URLS = {"yibao": "paper"}
    wiring.forget()
    assert type(wiring.department("yibao")) is type(wiring.department("fangguan"))


def test_the_doctor_finds_all_well_and_names_who_is_not(control):
    assert all(finding.ok for _, finding in wiring.doctor())
    control("minzheng", mode="wrong", kind="unknown_field")
    control("weijian", mode="down")
    assert {code for code, finding in wiring.doctor() if not finding.ok} == {"minzheng", "weijian"}


def test_the_pretended_departments_refuse_questions_without_a_purpose(city_url):
    body = {"catMainCodes": ["310105109000100"], "zjhm": GUIFANG.number, "xm": GUIFANG.name}
    assert httpx.post(f"{city_url}/gongan/elicence/query", json=body, timeout=60, trust_env=False).status_code == 400


@pytest.mark.parametrize(
    "path, content, kind, status",
    [
        ("/gongan/elicence/query", b"{", "application/json", 400),
        ("/gongan/elicence/query", b"[1]", "application/json", 400),
        ("/gongan/elicence/query", b"[" * 60_000, "application/json", 400),
        ("/gongan/nowhere", b"{}", "application/json", 404),
        ("/nobody", b"{}", "application/json", 404),
        ("/control/gongan", b'{"mode":"normal"}', "text/plain", 415),
        ("/control/gongan", b'{"mode":"angry"}', "application/json", 400),
        ("/control/gongan", b'{"mode":"slow","seconds":1e9}', "application/json", 400),
        ("/gongan/verify", b" " * 70_000, "application/json", 413),
        ("/card-reader/insert", b'{"name":"nobody at all"}', "application/json", 400),
        ("/card-reader/insert", b'{"name":{"a":1}}', "application/json", 400),
    ],
)
def test_the_pretended_city_stands_bad_questions(city_url, path, content, kind, status):
    answer = httpx.post(
        f"{city_url}{path}", content=content, headers={"Content-Type": kind}, timeout=60, trust_env=False
    )
    assert answer.status_code == status
