"""How long one acceptance takes in this process and how many SQL statements it sends, over the flow alone and over the whole
WSGI application. The database is an embedded PostgreSQL without fsync: this measures our own work, `make bench` the city's.

    uv run python -m tests.channels.openapi.measure [how many] [--profile]
"""

import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings.test")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tongban.config import embedded  # noqa: E402
from tongban.plumbing import statements  # noqa: E402

ANSWERS = {
    "ethnic": "汉族", "phone": "13800138000", "hukou_kind": "shanghai", "hukou_division": "310110009",
    "hukou_address": "四平路1号", "residence_division": "310112101", "residence_address": "莘庄镇1号", "card_bank": "icbc",
}  # fmt: skip
PUTUO = "310107015"


def people(count: int) -> list[tuple[str, str]]:
    """Names and sound numbers of synthetic people of eighty."""
    from tongban.domain.check_digits import mod_11_2

    return [("沈桂芳", f"{base}{mod_11_2(base)}") for n in range(count) for base in [f"31011019480312{n:03d}"[:17]]]


class Counter:
    """Counts statements that pass Django's connection."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        self.said.append(" ".join(sql.split())[:100])
        return execute(sql, params, many, context)


@contextmanager
def prepared():
    if not os.environ.get("DATABASE_URL"):
        embedded.start(settings.TEST_VAR / "pg", safe=False)
    setup_test_environment()
    name = connection.creation.create_test_db(verbosity=0)
    try:
        from tongban.domain.actor import SYSTEM
        from tongban.flows.publish import publish
        from tongban.plumbing import clock
        from tongban.registers.catalog import city

        publish(SYSTEM, city.load(settings.CITY_FOLDER), at=clock.now(), note="measure")
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def timed(what: str, act: Callable[[int], None], count: int) -> None:
    for n in range(50):
        act(n)
    counter = Counter()
    send = statements.Line.send

    def counted(line: statements.Line, sql: str, *rest: object) -> None:
        counter.said.append(" ".join(sql.split())[:100])
        send(line, sql, *rest)

    statements.Line.send = counted
    with connection.execute_wrapper(counter):
        act(50)
    statements.Line.send = send
    times = []
    for n in range(51, 51 + count):
        start = time.perf_counter()
        act(n)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    cpu = time.process_time()
    for n in range(51 + count, 51 + 2 * count):
        act(n)
    cpu = (time.process_time() - cpu) / count * 1000
    print(f"{what:<28} {statistics.median(times):6.2f} ms median  {times[int(len(times) * 0.99)]:6.2f} ms p99  "
          f"{cpu:5.2f} ms of our CPU  {len(counter.said)} statements")  # fmt: skip
    if "--sql" in sys.argv:
        print("\n".join(f"    {s}" for s in counter.said))


def main() -> None:
    count = next((int(a) for a in sys.argv[1:] if a.isdigit()), 300)
    with prepared():
        from tongban.domain.actor import Actor, Grant
        from tongban.domain.person import Identity
        from tongban.domain.receiving import Intake, PaperIn
        from tongban.flows.receive import Present, receive_at_once
        from tongban.plumbing import clock

        clerk = Actor("staff", "staff:x", "", PUTUO, (Grant("case.receive", PUTUO),))
        intake = Intake(answers=ANSWERS, papers=(PaperIn("id_card"),), declarations=("tax_statement",))
        born = dt.date(1948, 3, 12)
        crowd = [Identity("citizen", n, i, born, "male" if int(i[16]) % 2 else "female") for n, i in people(900)]

        def flow(n: int) -> None:
            present = Present(crowd[n % 900], "card")
            receive_at_once(clerk, present, "jinglaoka", intake, at=clock.now(), key=f"f{n}-{time.time_ns()}")

        if "--profile" in sys.argv:
            import cProfile
            import pstats

            act = http(crowd)
            for n in range(50):
                act(n)
            with cProfile.Profile() as profile:
                for n in range(count):
                    act(n)
            pstats.Stats(profile).sort_stats(os.environ.get("SORT", "tottime")).print_stats(
                os.environ.get("ONLY", ""), 60
            )
            return
        timed("flow receive_at_once", flow, count)
        timed("WSGI POST /api/v1/cases", http(crowd), count)


def http(crowd: list) -> Callable[[int], None]:
    """One acceptance through the whole application, without a server or a socket."""
    import io

    import msgspec

    from tongban.config.wsgi import application
    from tongban.domain.actor import CITY, Actor, Grant
    from tongban.flows import staffing
    from tongban.plumbing import clock

    chief = Actor("staff", "staff:chief", "", CITY, (Grant("staff.manage", CITY),))
    now = clock.now()
    powers = [("case.receive", PUTUO)]
    token = staffing.issue_token(chief, "measure", PUTUO, powers, expires=now + dt.timedelta(days=1), at=now)
    brought = {
        "item": "jinglaoka",
        "answers": ANSWERS,
        "papers": [{"material": "id_card"}],
        "declarations": ["tax_statement"],
    }

    def act(n: int) -> None:
        one = crowd[n % len(crowd)]
        body = msgspec.json.encode(brought | {"applicant": {"name": one.name, "number": one.number}, "how": "card"})
        environ = {
            "REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/cases", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
            "SCRIPT_NAME": "", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_AUTHORIZATION": f"Bearer {token.raw}", "HTTP_IDEMPOTENCY_KEY": f"h{n}-{time.time_ns()}",
        }  # fmt: skip
        status: list[str] = []
        answer = application(environ, lambda line, headers: status.append(line))
        body = b"".join(answer)
        answer.close()
        assert status == ["201 Created"], (status, body)

    return act


if __name__ == "__main__":
    main()
