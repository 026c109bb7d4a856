"""The only way to ask something outside the house: all calls at once, one deadline for all, and never while a database
transaction is open. A slow or dead department costs the counter its budget once or twice, then nothing at all.
"""

import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from tongban.domain.ports import Unavailable
from tongban.domain.text import Text

T = TypeVar("T")

log = logging.getLogger("tongban.outside")

BUDGET = 2.5  # seconds a clerk waits for everything outside together
FAILURES = 5  # in a row, then the department rests
REST = 10.0  # seconds until one call may try again
WORKERS = 8  # calls in flight per department
WORKERS_WITH_STUCK = 16  # the same with those that were given up but have not come back
WAITING = 64  # calls queued per department before we say at once that it is busy
IDLE = 30.0  # seconds after which an idle thread ends

_SLOW = Text("对方系统没有按时答复,请先收纸质材料", "The department did not answer in time; please take the paper")
_DOWN = Text("对方系统出错,请先收纸质材料", "The department's system failed; please take the paper")
_BUSY = Text("正在排队询问该部门的人太多,请先收纸质材料", "Too many are asking this department; please take the paper")
_REST = Text("对方系统多次没有答复,暂停询问,请先收纸质材料", "The department keeps failing; not asked for now")


class AskedInsideTransaction(RuntimeError):
    """Something outside was about to be called while rows are locked: a mistake of ours, never of a user."""


class Breaker:
    """Closed -> open after ``failures`` in a row -> one trial after ``rest`` seconds -> closed, or open again."""

    def __init__(self, failures: int = FAILURES, rest: float = REST) -> None:
        self._failures, self._rest = failures, rest
        self._lock = threading.Lock()
        self._row = 0
        self._open_until: float | None = None
        self._trial = False

    def enter(self, now: float) -> tuple[float, bool]:
        """(seconds to wait, is this the trial). A call that is let in (0 seconds) must ``leave``."""
        with self._lock:
            if self._open_until is None:
                return 0.0, False
            if now < self._open_until:
                return self._open_until - now, False
            if self._trial:
                return 1.0, False
            self._trial = True
            return 0.0, True

    def leave(self, good: bool | None, trial: bool, now: float) -> None:
        """Record how a call went: True, False, or None when it says nothing about the department."""
        with self._lock:
            if trial:
                self._trial = False
            if good:
                self._row, self._open_until = 0, None
            elif good is False:
                self._row += 1
                if trial or self._row >= self._failures:
                    self._open_until = now + self._rest


class _Call:
    """One call on its way: settled exactly once, by the worker that ran it or by the caller that gave up."""

    def __init__(self, function: Callable[[], object], done: threading.Semaphore) -> None:
        self.function, self.done = function, done
        self.lock = threading.Lock()
        self.settled = self.started = False
        self.result: object = None

    def settle(self, result: object) -> bool:
        """False when somebody else settled it first; a late answer is dropped here."""
        with self.lock:
            if self.settled:
                return False
            self.settled, self.result = True, result
        self.done.release()
        return True


class _Lane:
    """The threads, the queue and the breaker of one department, so that one department cannot starve another."""

    def __init__(self) -> None:
        self.breaker = Breaker()
        self._queue: queue.Queue[_Call] = queue.Queue(WAITING)
        self._lock = threading.Lock()
        # waiting and idle change together under the lock, so "more waiting than idle" is exact
        self._threads = self._idle = self._waiting = self._stuck = 0

    def submit(self, call: _Call, name: str) -> bool:
        """Queue the call; False when too many wait already."""
        with self._lock:
            try:
                self._queue.put_nowait(call)
            except queue.Full:
                return False
            self._waiting += 1
            room = self._threads - self._stuck < WORKERS and self._threads < WORKERS_WITH_STUCK
            if self._waiting > self._idle and room:
                self._threads += 1
                # daemon: a call that never returns must not keep the process from ending
                threading.Thread(target=self._work, name=f"outside-{name}", daemon=True).start()
        return True

    def give_up(self, call: _Call) -> None:
        """Settle a call at its deadline as slow, or busy when it never began; nothing when it was just in time."""
        with call.lock:
            if call.settled:
                return
            call.settled = True
            call.result = Unavailable(_SLOW, 5, "slow") if call.started else Unavailable(_BUSY, 5, "busy")
        if call.started:
            with self._lock:
                self._stuck += 1

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            try:
                call = self._queue.get(timeout=IDLE)
            except queue.Empty:
                with self._lock:
                    self._idle -= 1
                    if self._waiting == 0:
                        self._threads -= 1
                        return
                continue
            with self._lock:
                self._idle -= 1
                self._waiting -= 1
            with call.lock:
                if call.settled:
                    continue
                call.started = True
            if not call.settle(_run(call.function)):
                with self._lock:
                    self._stuck -= 1


def _run(function: Callable[[], object]) -> object:
    try:
        return function()
    except Exception as error:
        # The text of an exception may carry a person's data; its type and place do not.
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        at = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
        log.error("outside call failed: %s at %s", type(error).__name__, at)
        return Unavailable(_DOWN, 5, "down")


_lanes: dict[str, _Lane] = {}
_lanes_lock = threading.Lock()


def _lane(department: str) -> _Lane:
    with _lanes_lock:
        return _lanes.setdefault(department, _Lane())


def forget() -> None:
    """Forget what was learned of departments (open breakers, stuck calls); for tests and after a settings change."""
    with _lanes_lock:
        _lanes.clear()


def _refuse_inside_transaction() -> None:
    from tongban.plumbing import tx

    if tx.inside():
        raise AskedInsideTransaction("nothing outside is asked while a transaction is open (floors, sentence 4)")


def _good(result: object) -> bool | None:
    if not isinstance(result, Unavailable):
        return True
    # An odd answer came back quickly: it is about one record, and must not shut the department for everybody.
    return False if result.code in ("slow", "down") else None


def ask(calls: Mapping[str, Callable[[], T]], budget: float | None = None) -> dict[str, T | Unavailable]:
    """Run all calls at once and return their results by key within ``budget`` seconds (BUDGET when none is said), whatever the
    departments do.

    The key is the department's code, or ``code:anything`` for several calls to one. A call takes no arguments and must
    not touch the database (it runs in another thread). What raises, is late, queued too long or resting becomes an
    Unavailable. Raises AskedInsideTransaction when a transaction is open, before anything is called.
    """
    _refuse_inside_transaction()
    deadline = time.monotonic() + (BUDGET if budget is None else budget)
    done = threading.Semaphore(0)
    results: dict[str, T | Unavailable] = {}
    under_way: dict[str, tuple[_Lane, _Call, bool]] = {}
    for key, function in calls.items():
        name = key.partition(":")[0]
        lane = _lane(name)
        wait, trial = lane.breaker.enter(time.monotonic())
        if wait > 0:
            results[key] = Unavailable(_REST, math.ceil(wait), "resting")
            continue
        call = _Call(function, done)
        if lane.submit(call, name):
            under_way[key] = (lane, call, trial)
        else:
            lane.breaker.leave(None, trial, time.monotonic())
            results[key] = Unavailable(_BUSY, 5, "busy")
    for _ in under_way:
        if not done.acquire(timeout=max(0.0, deadline - time.monotonic())):
            break
    for key, (lane, call, trial) in under_way.items():
        lane.give_up(call)
        lane.breaker.leave(_good(call.result), trial, time.monotonic())
        results[key] = call.result  # type: ignore[assignment]
    return {key: results[key] for key in calls}
