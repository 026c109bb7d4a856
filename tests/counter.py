"""A counter for tests: the pretended city with its departments and a card reader on a free port, a clerk who is signed in."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.patience import CLERKS, LONG, patient
from tongban.config import wiring
from tongban.domain.actor import SYSTEM
from tongban.flows import staffing
from tongban.plumbing import clock, outside

PUTUO, PASSWORD = "310107015", "木棉-river-2026"
DEPARTMENTS = ("gongan", "minzheng", "renshe", "yibao", "weijian")


class Counter:
    """What lies on the reader, and how the departments behave today."""

    def __init__(self, url: str) -> None:
        self.url = url

    def card(self, name: str) -> None:
        """Put the card of a resident on the reader; an empty name takes it away."""
        self._post("card-reader/insert", {"name": name} if name else {})

    def behave(self, department: str, **behaviour: Any) -> None:
        """mode=normal|slow|down|wrong."""
        if behaviour.get("mode") == "slow":
            # Now it is about a clerk who does not wait for ever.
            outside.BUDGET = CLERKS
        self._post(f"control/{department}", behaviour)

    def asked(self, department: str) -> int:
        """How many questions the department was asked so far."""
        return int(httpx.get(f"{self.url}/control/{department}", timeout=LONG, trust_env=False).json()["asked"])

    def _post(self, path: str, body: dict[str, Any]) -> None:
        answer = httpx.post(f"{self.url}/{path}", json=body, timeout=LONG, trust_env=False)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="session")
def pretended_city() -> Iterator[str]:
    command = [sys.executable, "-m", "tongban.simulated", "--port", "0", "--residents", "50"]
    environment = {k: v for k, v in os.environ.items() if k != "TONGBAN_SIMULATED_MODES"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield process.stdout.readline().rpartition(" ")[2].strip()
        process.terminate()
        assert process.wait(60) == 0


@pytest.fixture
def counter(pretended_city: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """The counter with all departments in order and nothing on the reader."""
    patient(monkeypatch)
    settings.TONGBAN_DEPARTMENTS_URL = pretended_city
    settings.TONGBAN_CARD_READER_URL = f"{pretended_city}/card-reader"
    wiring.forget()
    outside.forget()
    made = Counter(pretended_city)
    made.card("")
    yield made
    for department in DEPARTMENTS:
        made.behave(department, mode="normal")
    made.card("")
    wiring.forget()
    outside.forget()


@pytest.fixture
def hire() -> Callable[..., Any]:
    """hire("li.wei", PUTUO) makes a member of staff with the powers of a counter; returns the id of the row."""

    def make(login: str = "li.wei", center: str = PUTUO, *powers: str) -> Any:
        member = staffing.hire(SYSTEM, login, "李伟", center, PASSWORD, at=clock.now(), must_change=False)
        for power in powers or ("case.receive", "case.read", "case.handle", "person.read"):
            staffing.grant(SYSTEM, member, power, center, at=clock.now())
        return member

    return make
