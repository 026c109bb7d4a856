"""The program says what is wrong in words, to whoever has not read the code."""

import subprocess
import sys

from click.testing import CliRunner
from django.db import OperationalError, connection

from tongban.config.commands import main
from tongban.config.commands.doctor import QUESTIONS


def _gone() -> None:
    raise OperationalError("connection is bad: nobody there\nIs the server running?")


def test_a_database_that_is_not_there_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setattr(connection, "ensure_connection", _gone)
    said = CliRunner().invoke(main, ["catalog", "show", "jinglaoka"])
    assert said.exit_code == 1
    assert "nobody there" in said.output
    assert "make demo" in said.output
    assert "Traceback" not in said.output


def test_doctor_names_it_too_and_every_advice_can_be_followed(monkeypatch):
    monkeypatch.setattr(connection, "ensure_connection", _gone)
    question = next(q for q in QUESTIONS if q.__name__ == "_database")
    good, found, mend = question()
    assert (good, found) == (False, "connection is bad: nobody there")
    assert ".venv/bin/tongban up" in mend


def test_up_says_where_things_are_before_the_settings_are_read():
    """Settings are read once, at their import: read too early, other ports given to `up` would be asked of in vain."""
    look = "import sys, tongban.config.commands.up; print([m for m in sys.modules if '.settings.' in m])"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
