"""What departments do for a life event, with the pretended city answering: a newborn's numbers come from those who give them, and
after a death documents are frozen, accounts sealed and cards ended, each with a receipt, each lifted when the decision is undone."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.flows import events
from tests.flows.cases import lead
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tests.patience import patient
from tongban.config import wiring
from tongban.connectors.paper.adapter import Adapter as Paper
from tongban.domain import mother as rule
from tongban.domain.actor import SYSTEM
from tongban.domain.event_intake import EventIntake
from tongban.domain.mother import Lifted, Reacted
from tongban.domain.ports import Department, Licence, Purpose, Subject
from tongban.domain.refusals import Refused
from tongban.flows import compose, event_advance, event_theme, handle, serve, tell
from tongban.plumbing import clock, outside, sockets
from tongban.plumbing.clock import city_date
from tongban.plumbing.jobs import TryAgain
from tongban.reads import mother as read
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import city as city_source
from tongban.registers.credentials import queries as credentials
from tongban.registers.credentials import service as credential_service
from tongban.registers.mothers import queries
from tongban.registers.people import queries as people
from tongban.simulated.city import City
from tongban.simulated.residents import make
from tongban.simulated.service import Service

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
PURPOSE = Purpose("visit:test", "", "测试", "staff:test")
SOURCE = city_source.load(settings.CITY_FOLDER)


class Plugged:
    """The five connected departments at the pretended city's address; all others answer on paper."""

    def __init__(self, service: Service) -> None:
        self.ports = {
            code: wiring._module(code, "adapter").Adapter(f"{service.url}/{code}", clock.now)
            for code in wiring.CONNECTORS
        }

    def department(self, code: str) -> Department:
        return self.ports.get(code, Paper())

    def offers(self) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        return {code: (port.kinds, port.checks) for code, port in self.ports.items()}


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    import threading

    patient(monkeypatch)

    service, before = Service(City(make(n=400))), sockets.plugged()
    threading.Thread(target=service.serve_forever, daemon=True).start()
    sockets.plug(Plugged(service))  # type: ignore[arg-type]
    outside.forget()
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")
    yield service
    sockets.plug(before)
    outside.forget()
    service.close()


def run(number: str, item: str, at: object, **said: object) -> str:
    """Bring a part to its decision: the person answers for it where it is held, then its department decides and is told."""
    event_advance.advance_event(number, 0, at)
    one = events.mother(number).of(item)
    intake = EventIntake(answers=dict(said))
    met = serve.meet(staff(PUTUO), SON, how="card", at=at)
    for _ in range(events.TIMES):
        if one.state != "held":
            break
        try:
            compose.amend(staff(PUTUO), met.visit, number, item, intake, at=at, key="")
        except Refused as refused:
            intake = events.mended(intake, refused, city_date(at), grade="B", counter=False)
        one = events.mother(number).of(item)
    assert one.state == "open", (item, one.state, one.problems)
    events.decide(one.number, at)
    decided = next(e.n for e in cases.log(one.number) if b'"decided"' in e.body)
    tell.tell_department(one.number, decided, at)
    event_advance.advance_event(number, 0, at)
    return one.number


def test_the_numbers_of_a_newborn_come_from_those_who_give_them(pretended: Service) -> None:
    at = events.when(SOURCE.event_situations, "birth")
    _, _, receipt, intake = events.submitted("birth", events.given(SOURCE.event_situations, "birth"), SON, at)
    assert "child_id_number" not in intake.answers and "birth_certificate_number" not in intake.answers
    run(receipt.number, "chusheng_zhengming", at)
    certificate = cases.get(run(receipt.number, "chusheng_dengji", at)).case
    assert b'"birth_certificate_number":"P31' in cases.beside(certificate.number, certificate.answers)
    card = cases.get(run(receipt.number, "shebaoka_shenling", at)).case
    answers = cases.beside(card.number, card.answers).decode()
    assert '"id_number":"31010720261112' in answers and SON.number not in answers.replace(
        f'"agent_id_number":"{SON.number}"', ""
    )
    log = b"".join(entry.body for entry in queries.log(receipt.number))
    assert b"20261112" not in log, "facts carry no number"


def test_a_department_that_does_not_answer_holds_up_only_what_needs_its_word(pretended: Service) -> None:
    at = events.when(SOURCE.event_situations, "birth")
    _, _, receipt, _ = events.submitted("birth", events.given(SOURCE.event_situations, "birth"), SON, at)
    run(receipt.number, "chusheng_zhengming", at)
    pretended.city.behaviours["gongan"].mode = "down"
    with pytest.raises(TryAgain):
        run(receipt.number, "chusheng_dengji", at)
    with pytest.raises(TryAgain):
        event_advance.advance_event(receipt.number, 0, at)
    mother = events.mother(receipt.number)
    assert mother.of("chusheng_dengji").outcome == "granted" and not mother.of("chusheng_dengji").resulted
    event_advance.advance_event(receipt.number, 0, at + event_advance.event_told.PATIENCE)
    assert events.mother(receipt.number).of("shebaoka_shenling").state == "held", (
        "then the person is asked, who has it in hand"
    )


def died(at: object) -> tuple[str, str, str]:
    """The mother has died; the son brings the event. Returns the number, the query code and the case that ends the registration."""
    said = events.given(SOURCE.event_situations, "death")
    said.answers.update(deceased_name=MOTHER.name, deceased_id_number=MOTHER.number)
    _, _, receipt, _ = events.submitted("death", said, SON, at)
    run(receipt.number, "siwang_zhengming", at)
    return receipt.number, receipt.query_code, run(receipt.number, "siwang_zhuxiao", at)


def test_after_a_death_documents_and_accounts_are_stopped_and_lifted_again(pretended: Service) -> None:
    at = events.when(SOURCE.event_situations, "death")
    serve.meet(staff(PUTUO), MOTHER, how="card", at=at)
    holder = people.by_number("citizen", MOTHER.number)
    licence = Licence("id_card", MOTHER.number, {"name": MOTHER.name}, None, None, at, "gongan")
    credential_service.keep_fetched(holder, [licence], at)
    gongan, subject = sockets.plugged().department("gongan"), Subject(MOTHER.number, MOTHER.name)
    assert {one.kind for one in gongan.licences(subject, ("id_card", "hukou_book"), PURPOSE).items} == {
        "id_card",
        "hukou_book",
    }
    number, code, child = died(at)
    theme = SOURCE.city.events
    reactions = next(event.theme for event in theme if event.code == "death")
    assert [i for i, _ in event_theme.due(events.mother(number), reactions)] == list(range(len(reactions)))
    event_theme.react(number, 1, at)
    facts = [rule.decode(entry.body) for entry in queries.log(number)]
    done = {fact.reaction: fact for fact in facts if isinstance(fact, Reacted)}
    assert set(done) == set(range(len(reactions)))
    # A receipt of each that has a machine; where a person does it on paper there is none, and it is said.
    assert {reactions[i].department for i, fact in done.items() if fact.proof} == {"gongan", "renshe", "yibao"}
    assert credentials.for_person(holder, ["id_card"]) == ()
    assert not hasattr(gongan.licences(subject, ("id_card", "hukou_book"), PURPOSE), "items")
    assert pretended.city.frozen("renshe", MOTHER.number) and pretended.city.frozen("yibao", MOTHER.number)
    event_theme.react(number, 2, at)
    assert len(queries.log(number)) == len(facts), "done again it changes nothing"
    handle.revoke(lead(events.child(child).holder), child, "行政许可法第六十九条", at=at)
    event_advance.advance(SYSTEM, number, at=at)
    event_theme.react(number, 3, at)
    lifted = [f for e in queries.log(number) if isinstance(f := rule.decode(e.body), Lifted)]
    assert len(lifted) == len(reactions) and events.mother(number).reacted == ()
    assert len(credentials.for_person(holder, ["id_card"])) == 1
    assert {one.kind for one in gongan.licences(subject, ("id_card", "hukou_book"), PURPOSE).items} == {
        "id_card",
        "hukou_book",
    }
    assert pretended.city.stopped == {department: set() for department in pretended.city.stopped}
    shown = read.by_code(number, code, today=city_date(at))
    assert (
        sum(step.kind == "reacted" for step in shown.steps) == sum(step.kind == "lifted" for step in shown.steps) == 6
    )


def test_a_dead_department_is_tried_again_and_holds_up_no_other(pretended: Service) -> None:
    at = events.when(SOURCE.event_situations, "death")
    number, _, _ = died(at)
    pretended.city.behaviours["renshe"].mode = "down"
    with pytest.raises(TryAgain, match="renshe"):
        event_theme.react(number, 1, at)
    assert len(events.mother(number).reacted) == 5
    pretended.city.behaviours["renshe"].mode = "normal"
    outside.forget()
    event_theme.react(number, 1, at)
    assert len(events.mother(number).reacted) == 6


def test_what_is_undone_while_a_department_does_it_is_lifted_again(
    pretended: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = events.when(SOURCE.event_situations, "death")
    number, _, child = died(at)

    def ask(calls: Any, **more: Any) -> Any:
        answers = really(calls, **more)
        monkeypatch.setattr(outside, "ask", really)
        handle.revoke(lead(events.child(child).holder), child, "行政许可法第六十九条", at=at)
        event_advance.advance(SYSTEM, number, at=at)
        return answers

    really = outside.ask
    monkeypatch.setattr(outside, "ask", ask)
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")
    event_theme.react(number, 1, at)
    reacted = events.mother(number).reacted
    assert reacted, "the department had done it"
    with connection.cursor() as cursor:
        cursor.execute(
            "select (args->>'n')::int from procrastinate_jobs where task_name = 'tongban.event_theme' order by id"
        )
        jobs = [n for (n,) in cursor.fetchall()]
    assert jobs, "somebody must lift it"
    event_theme.react(number, jobs[-1], at)
    assert events.mother(number).reacted == ()
    assert pretended.city.stopped == {department: set() for department in pretended.city.stopped}
