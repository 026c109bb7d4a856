"""Asking outside: one deadline for all, breakers, bounded threads, and never inside a transaction."""

import threading
import time

import pytest
from django.db import transaction

from tongban.domain.ports import Unavailable
from tongban.plumbing import outside
from tongban.plumbing.outside import AskedInsideTransaction, Breaker, ask

LONG = 60.0
"""Seconds for what must come, on whatever machine: they are waited for by nobody when it comes."""


def code(result):
    return result.code if isinstance(result, Unavailable) else result


def test_answers_come_back_under_their_keys_and_in_order():
    assert ask({"b": lambda: 2, "a": lambda: 1, "a:other": lambda: 3}) == {"b": 2, "a": 1, "a:other": 3}
    assert ask({}) == {}


def test_calls_run_at_once():
    together = threading.Barrier(10)

    def meets():
        together.wait(LONG)
        return "ok"

    calls = {f"d{i}": meets for i in range(5)} | {f"d0:{i}": meets for i in range(5)}
    assert set(ask(calls, budget=LONG).values()) == {"ok"}


def test_a_slow_department_costs_the_budget_and_no_more_and_the_others_answer():
    free = threading.Event()
    begin = time.monotonic()
    results = ask({"slow": lambda: free.wait(LONG), "quick": lambda: "here"}, budget=2.0)
    took = time.monotonic() - begin
    free.set()
    assert results["quick"] == "here"
    assert code(results["slow"]) == "slow"
    assert 2.0 <= took < LONG / 2


def test_what_raises_is_unavailable_and_its_words_are_not_logged(caplog):
    def breaks():
        raise ValueError("310110194803120284")

    assert code(ask({"odd": breaks})["odd"]) == "down"
    assert "ValueError" in caplog.text
    assert "310110194803120284" not in caplog.text


def test_after_failures_in_a_row_the_department_rests_and_is_not_called():
    called = []

    def fails():
        called.append(1)
        raise OSError

    for _ in range(outside.FAILURES):
        assert code(ask({"dead": fails})["dead"]) == "down"
    resting = ask({"dead": fails, "alive": lambda: 1})
    assert code(resting["dead"]) == "resting"
    assert 0 < resting["dead"].retry_after <= outside.REST
    assert resting["alive"] == 1
    assert len(called) == outside.FAILURES


def test_after_the_rest_one_trial_is_let_in_and_success_closes(monkeypatch):
    breaker = Breaker(failures=2, rest=10)
    for _ in range(2):
        assert breaker.enter(0.0) == (0.0, False)
        breaker.leave(False, False, 0.0)
    assert breaker.enter(4.0) == (6.0, False)
    assert breaker.enter(10.0) == (0.0, True)
    assert breaker.enter(10.0)[0] > 0  # only one trial at a time
    breaker.leave(False, True, 11.0)
    assert breaker.enter(20.0) == (1.0, False)
    assert breaker.enter(21.0) == (0.0, True)
    breaker.leave(None, True, 21.0)  # never began: says nothing, the next may try
    assert breaker.enter(21.0) == (0.0, True)
    breaker.leave(True, True, 22.0)
    assert breaker.enter(22.0) == (0.0, False)


def test_a_success_between_failures_starts_the_count_anew():
    breaker = Breaker(failures=2, rest=10)
    for good in (False, True, False):
        breaker.enter(0.0)
        breaker.leave(good, False, 0.0)
    assert breaker.enter(0.0) == (0.0, False)


def test_an_answer_not_understood_does_not_shut_the_department_for_others():
    odd = Unavailable(outside._DOWN, 0, "not_understood")
    for _ in range(outside.FAILURES * 3):
        assert ask({"odd": lambda: odd})["odd"] is odd
    paper = Unavailable(outside._DOWN, 0, "paper")
    assert ask({"odd": lambda: paper})["odd"] is paper


def test_calls_that_never_return_hold_a_bounded_number_of_threads():
    free = threading.Event()
    before = threading.active_count()
    begun = threading.Event()

    def hangs():
        begun.set()
        free.wait(LONG)

    # One that has begun, so that its lateness is told from those that never began.
    assert code(ask({"hung:first": hangs}, budget=2.0)["hung:first"]) == "slow" and begun.is_set()
    calls = {f"hung:{i}": hangs for i in range(200)}
    begin = time.monotonic()
    results = ask(calls, budget=0.3)
    assert time.monotonic() - begin < LONG / 2
    assert "busy" in (codes := {code(r) for r in results.values()}) and codes <= {"slow", "busy"}
    assert threading.active_count() - before <= outside.WORKERS_WITH_STUCK
    for _ in range(20):
        ask(calls, budget=0.01)
    assert threading.active_count() - before <= outside.WORKERS_WITH_STUCK
    free.set()
    end = time.monotonic() + LONG
    lane = outside._lanes["hung"]
    while lane._stuck and time.monotonic() < end:
        time.sleep(0.01)
    assert lane._stuck == 0  # those that came back late are counted out, their answers dropped


def test_a_lane_with_stuck_calls_recovers_when_the_department_does(monkeypatch):
    monkeypatch.setattr(outside, "FAILURES", 1000)
    free = threading.Event()
    ask({f"hung:{i}": (lambda: free.wait(LONG)) for i in range(outside.WORKERS)}, budget=0.2)
    outside._lanes["hung"].breaker = Breaker()
    assert ask({"hung": lambda: "again"}, budget=LONG)["hung"] == "again"
    free.set()


def test_many_counters_ask_at_the_same_time():
    results, lock = [], threading.Lock()

    def counter():
        answers = ask({"a": lambda: time.sleep(0.002) or 1, "b": lambda: 2}, budget=LONG)
        with lock:
            results.append(answers)

    threads = [threading.Thread(target=counter) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{"a": 1, "b": 2}] * 40


@pytest.mark.django_db(transaction=True)
def test_asking_inside_a_transaction_is_refused_before_anything_is_called():
    called = []
    with transaction.atomic(), pytest.raises(AskedInsideTransaction):
        ask({"gongan": lambda: called.append(1)})
    assert called == []
    assert ask({"gongan": lambda: "outside"}) == {"gongan": "outside"}
