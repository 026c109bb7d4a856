"""The pretended city as a process of its own on a free port, and people to ask about."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.patience import patient
from tongban.domain.ports import Purpose
from tongban.plumbing import outside
from tongban.simulated.city import DEPARTMENTS


@pytest.fixture(scope="session")
def city_url() -> Iterator[str]:
    command = [sys.executable, "-m", "tongban.simulated", "--port", "0", "--residents", "400"]
    environment = {k: v for k, v in os.environ.items() if k != "TONGBAN_SIMULATED_MODES"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        yield ready.rpartition(" ")[2].strip()
        process.terminate()
        assert process.wait(60) == 0


@pytest.fixture
def control(city_url: str) -> Iterator[Callable[..., dict]]:
    """control("gongan", mode="slow") changes a department for one test; without a mode it only looks."""

    def change(department: str, **behaviour: object) -> dict:
        url = f"{city_url}/control/{department}"
        asked = {"json": behaviour} if behaviour else {}
        answer = httpx.request("POST" if behaviour else "GET", url, **asked, timeout=60, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    yield change
    for department in DEPARTMENTS:
        change(department, mode="normal")


@pytest.fixture(autouse=True)
def _forget_breakers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    patient(monkeypatch)
    outside.forget()
    yield
    outside.forget()


@pytest.fixture
def purpose() -> Purpose:
    return Purpose("310107015261122000001", "jinglaoka", "收件核对", "staff:11111111-1111-7111-8111-111111111111")
