"""The program says what is wrong in words, to whoever has not read the code."""

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
