"""A decision is told to its department after the act, not inside it; a dead department is tried again and holds up nobody."""

import json

import pytest
from django.db import connection

from tests.conftest import AT
from tests.flows.people import PUTUO, staff, with_mandate
from tests.flows.test_receive import jinglaoka
from tongban.domain.ports import Notice, Told, Unavailable
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.flows import handle, receive, tell
from tongban.plumbing import outside, sockets
from tongban.plumbing.jobs import TryAgain

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


class Listening:
    """A department that notes what it is told, or does not answer."""

    def __init__(self, answer: object) -> None:
        self.answer, self.heard = answer, list[Notice]()

    def department(self, code: str) -> "Listening":
        return self

    def tell(self, notice: Notice) -> object:
        self.heard.append(notice)
        return self.answer


@pytest.fixture
def plugged(request: pytest.FixtureRequest) -> Listening:
    before, found = sockets.plugged(), Listening(Told("REF-1", "gongan"))
    sockets.plug(found)  # type: ignore[arg-type]
    outside.forget()
    with connection.cursor() as cursor:
        # The queue's tables are not Django's own: no flush empties them.
        cursor.execute("truncate procrastinate_jobs cascade")
    request.addfinalizer(lambda: (sockets.plug(before), outside.forget()))
    return found


def jobs() -> list[tuple[str, dict[str, object]]]:
    with connection.cursor() as cursor:
        cursor.execute("select task_name, args from procrastinate_jobs order by id")
        return [(name, json.loads(args) if isinstance(args, str) else args) for name, args in cursor.fetchall()]


def decided() -> str:
    clerk = staff(PUTUO)
    receipt = receive.receive(clerk, jinglaoka(with_mandate(clerk, AT).visit), at=AT, key="k")
    assert jobs() == []
    with pytest.raises(Refused):
        handle.decide(clerk, receipt.number, False, at=AT)
    assert jobs() == []
    handle.decide(clerk, receipt.number, True, at=AT)
    return receipt.number


def test_a_decision_leaves_one_job_for_each_who_hears_of_it_and_telling_twice_is_one_act(plugged: Listening) -> None:
    number = decided()
    about = {"number": number, "n": 3}
    assert jobs() == [("tongban.tell_department", about), ("tongban.notify", about)]
    tell.tell_department(number, 3, AT)
    tell.tell_department(number, 3, AT)
    assert {n.id for n in plugged.heard} == {f"{number}-3"}
    assert plugged.heard[0].event == "BJ" and plugged.heard[0].values["outcome"] == "granted"
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from audit_line where act = 'department.told' and \"case\" = %s", [number])
        assert cursor.fetchone()[0] == 1


def test_a_dead_department_is_tried_again(plugged: Listening) -> None:
    number = decided()
    plugged.answer = Unavailable(Text("没有回应"), 5, "down")
    with pytest.raises(TryAgain):
        tell.tell_department(number, 3, AT)


def test_a_department_on_paper_is_told_on_paper(plugged: Listening) -> None:
    number = decided()
    plugged.answer = Unavailable(Text("纸质"), 0, "paper")
    tell.tell_department(number, 3, AT)
