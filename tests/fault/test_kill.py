"""kill -9 in the middle of receiving and deciding: of web workers, of the whole web, of a database process, of the whole
database. Clients send again with the same keys. Afterwards nothing that was answered is lost, nothing is there twice, and
every chain, fold and seal holds.

Bounded and seeded. TONGBAN_FAULT_SECONDS makes it longer, TONGBAN_FAULT_SEED another run.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.fault.clients import PATIENCE, Client
from tests.fault.house import House, kill

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]
SEED = int(os.environ.get("TONGBAN_FAULT_SEED", "20260901"))
SECONDS = float(os.environ.get("TONGBAN_FAULT_SECONDS", "4"))
CLIENTS = 4


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House() as made:
        yield made


def drive(house: House, name: str, strike: Callable[[random.Random], bool]) -> list[Client]:
    """Let clients work while faults happen, each after some more acts were answered; every client ends with an answer to its
    last act."""
    clients = [Client(f"{name}{i}", house.port, house.token, SEED) for i in range(CLIENTS)]
    for client in clients:
        client.start()
    chance, happened = random.Random(f"{SEED}:{name}"), 0
    until = time.monotonic() + SECONDS
    try:
        while (time.monotonic() < until or happened < 2) and time.monotonic() < until + PATIENCE:
            _some_work(house, clients, until + PATIENCE)
            time.sleep(chance.uniform(0.0, 0.2))
            happened += strike(chance)
        _some_work(house, clients, until + PATIENCE)
    finally:
        for client in clients:
            client.stop.set()
    end = time.monotonic() + PATIENCE + 60
    for client in clients:
        # The server may give up after the last blow only: whoever still waits for an answer gets it from the next one.
        while client.is_alive() and time.monotonic() < end:
            house.mend()
            client.join(0.05)
        assert not client.is_alive(), f"{client.name} still waits; {house.log()}"
    assert [f for c in clients for f in c.faults] == [], f"seed {SEED}; {house.log()}"
    # The last blow may have come behind the last answer.
    while not house.services.healthy():
        assert time.monotonic() < end, house.log()
        house.mend()
        time.sleep(0.05)
    done = sum(len(c.added) for c in clients)
    assert happened >= 2 and done >= CLIENTS, (
        f"seed {SEED}: {happened} faults and {done} cases prove nothing; {house.log()}"
    )
    print(
        f"\n{name}: {happened} faults, {done} cases, {sum(c.sends for c in clients)} sends, "
        f"{sum(c.resends for c in clients)} of them again, longest wait {max(c.longest for c in clients):.1f} s, "
        f"statuses (0: no connection) {dict(sum((c.statuses for c in clients), Counter()))}"
    )
    return clients


def _some_work(house: House, clients: list[Client], until: float) -> None:
    """Wait until a few more acts were answered; what ended meanwhile is started again."""
    before = sum(c.answered for c in clients)
    while (
        sum(c.answered for c in clients) < before + 3
        and time.monotonic() < until
        and not any(c.faults for c in clients)
    ):
        house.mend()
        time.sleep(0.02)


def nothing_lost_nothing_twice(house: House, clients: list[Client], name: str) -> None:
    """What the clients were told is what the city holds, each once."""
    told = [getattr(c, what) for what in ("received", "decided", "added") for c in clients]
    keys = {key: number for part in told for key, number in part.items()}
    held = dict(house.rows(
        f"select key, convert_from(answer, 'UTF8')::json ->> 'number' from plumbing_done_act where key ~ '^[rdp]-{name}[0-9]'"
    ))  # fmt: skip
    assert held == keys, f"seed {SEED}: keys answered and kept differ"
    received = [n for c in clients for n in c.received.values()]
    assert len(received) == len(set(received)), "two keys were told one number"
    mine = "', '".join(received)
    for what, wanted in (
        ("select number from cases_case", received),
        ("select number from cases_fact where kind = 'opened'", received),
        ("select number from cases_fact where kind = 'decided'", received),
        ("select number from cases_fact where kind = 'papers_added'", received),
        ("select \"case\" from audit_line where act = 'case.receive'", received),
        ("select \"case\" from audit_line where act = 'case.decide'", received),
        ("select \"case\" from audit_line where act = 'case.add_papers'", received),
        ("select args ->> 'number' from procrastinate_jobs where task_name = 'tongban.tell_department'", received),
    ):
        column = what.split()[1] if "args" not in what else "args ->> 'number'"
        joint = "and" if "where" in what else "where"
        found = sorted(r[0] for r in house.rows(f"{what} {joint} {column} in ('{mine}')"))
        assert found == sorted(wanted), f"seed {SEED}: {what}: {len(found)} instead of {len(wanted)}"


def whole(house: House) -> None:
    """Over everything so far: one row, one log, one line, one visit per key; numbers without a gap; all chains hold."""
    [(cases, logs, receives, visits)] = house.rows(
        "select (select count(*) from cases_case), (select count(distinct number) from cases_fact), "
        "(select count(*) from audit_line where act = 'case.receive'), (select count(*) from counters_visit)"
    )
    assert cases == logs == receives == visits, (cases, logs, receives, visits)
    [(last, count)] = house.rows(
        "select max(last), (select count(*) from cases_case where receiving = '310107015') from cases_counter"
    )
    assert last == count, f"{last} numbers were given to {count} cases"
    [(acts, keys)] = house.rows(
        "select (select count(*) from audit_line where act like 'case.%'), (select count(*) from plumbing_done_act)"
    )
    assert acts == keys, f"{acts} acts for {keys} keys"
    said = house.verify()
    assert "all hold" in said and f"{cases} cases" in said, said


def test_web_workers_die_in_the_middle(house: House) -> None:
    """One worker at a time: the server brings it back, and when it gives up (two deaths within seconds), it is started again."""

    def strike(chance: random.Random) -> bool:
        workers = house.web_workers()
        if workers:
            kill(chance.choice(workers))
        return bool(workers)

    clients = drive(house, "worker", strike)
    nothing_lost_nothing_twice(house, clients, "worker")
    whole(house)


def test_the_whole_web_dies_and_comes_back(house: House) -> None:
    def strike(chance: random.Random) -> bool:
        house.kill_web()
        return house.mend() == 1

    clients = drive(house, "web", strike)
    nothing_lost_nothing_twice(house, clients, "web")
    whole(house)


def test_a_database_process_dies_and_the_database_recovers_by_itself(house: House) -> None:
    clients = drive(house, "backend", lambda chance: house.kill_backend())
    nothing_lost_nothing_twice(house, clients, "backend")
    whole(house)


def test_the_whole_database_dies_and_comes_back(house: House) -> None:
    """With fsync on: what was answered is on the disk."""

    def strike(chance: random.Random) -> bool:
        house.kill_database()
        time.sleep(chance.uniform(0.0, 0.3))
        house.start_database()
        return True

    clients = drive(house, "database", strike)
    nothing_lost_nothing_twice(house, clients, "database")
    whole(house)


def test_answers_of_before_are_still_the_answers(house: House) -> None:
    """After all that, an old key still gives its old answer, and another body under it is refused."""
    [(key, number)] = house.rows(
        "select key, convert_from(answer, 'UTF8')::json ->> 'number' from plumbing_done_act where key like 'd-%' order by at limit 1"
    )
    client = Client("again", house.port, house.token, SEED)
    status, answer = client._send(key, f"/cases/{number}/decide", {"granted": True, "note": "同意"})
    assert (status, answer["number"]) == (200, number)
    status, answer = client._send(key, f"/cases/{number}/decide", {"granted": False, "note": "不同意"})
    assert (status, answer["code"]) == (409, "key.reused")
