"""Deferred work exists exactly when its act does, and once, however often and at which moment it is deferred."""

import datetime as dt

import pytest
from django.db import connection

from tests.conftest import AT
from tests.flows.together import together
from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.refusals import Refused
from tongban.plumbing.jobs import Later, defer
from tongban.plumbing.tx import NotInside, flow

pytestmark = [pytest.mark.django_db(transaction=True)]
WORK = Later("tell_department", "310107015260901000001P", 3)


@flow("test.defer")
def act(actor: Actor, *, times: int, fail: bool = False, at: dt.datetime) -> None:
    """An act that defers the same work several times."""
    for _ in range(times):
        defer(WORK)
    if fail:
        raise Refused("test.no", "不", "No")


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs")
        return int(cursor.fetchone()[0])


def test_the_same_work_twice_is_one_job() -> None:
    act(SYSTEM, times=3, at=AT)
    act(SYSTEM, times=1, at=AT)
    assert jobs() == 1


def test_work_whose_act_failed_does_not_exist() -> None:
    with pytest.raises(Refused):
        act(SYSTEM, times=1, fail=True, at=AT)
    with pytest.raises(NotInside):
        defer(WORK)
    assert jobs() == 0


def test_at_the_same_moment_it_is_one_job_and_nobody_fails() -> None:
    assert together([lambda: act(SYSTEM, times=1, at=AT)] * 8) == [None] * 8
    assert jobs() == 1


def test_work_in_hand_is_another_job() -> None:
    act(SYSTEM, times=1, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'doing'")
    act(SYSTEM, times=1, at=AT)
    assert jobs() == 2, "what is being done now may have looked before this act"
