"""Patience with the departments. A clerk waits for them for a few seconds and then takes the paper; a test that is about something else
must not do so because the machine was busy with other things just then. What comes at once is waited for by nobody."""

import httpx
import pytest

from tongban.connectors import wire
from tongban.plumbing import outside

CLERKS = outside.BUDGET
"""How long a clerk waits."""
LONG = 60.0


def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for whatever is asked outside as long as it takes, until the end of this test."""
    monkeypatch.setattr(outside, "BUDGET", LONG)
    monkeypatch.setattr(wire, "_TIMEOUT", httpx.Timeout(LONG))
    monkeypatch.setattr(wire, "LONGEST", LONG)
