"""The program says what is wrong in words, to whoever has not read the code."""

import subprocess
import sys

import pytest
from click.testing import CliRunner
from django.db import OperationalError, connection

from tongban.config.commands import main
from tongban.config.commands.doctor import QUESTIONS
from tongban.plumbing import clock
from tongban.registers.staff import queries as staff


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


@pytest.fixture
def one_database(monkeypatch):
    """The command uses the test's database as it is."""
    monkeypatch.setattr("tongban.config.commands.staff.setup_django", lambda: None)


@pytest.mark.django_db
@pytest.mark.usefixtures("one_database")
def test_the_first_member_is_hired_by_a_command_and_signs_in(client):
    said = CliRunner().invoke(main, ["staff", "add", "Admin", "--name", "管理员"], input="一-river-runs-2026\n" * 2)
    assert said.exit_code == 0, said.output
    assert "river" not in said.output
    signed = client.post("/login", {"login": "admin", "password": "一-river-runs-2026"})
    assert signed.status_code == 302
    actor = staff.actor_of_login("admin", clock.now())
    assert actor.may("staff.manage", "310107015") and not actor.may("person.read")
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct split_part(actor, ':', 2) from audit_line where act in ('staff.hire', 'staff.grant')"
        )
        assert cursor.fetchall() == [("command",)]


@pytest.mark.django_db
@pytest.mark.usefixtures("one_database")
def test_a_one_time_password_is_printed_once_and_must_be_changed(client):
    asked = [
        "staff",
        "add",
        "qu-admin",
        "--name",
        "区管理员",
        "--place",
        "310107",
        "--power",
        "staff.manage",
        "--one-time",
    ]
    said = CliRunner().invoke(main, asked)
    assert said.exit_code == 0, said.output
    password = said.output.strip().rpartition(" ")[2]
    assert client.post("/login", {"login": "qu-admin", "password": password})["Location"].startswith(
        "/account/password"
    )
    assert staff.actor_of_login("qu-admin", clock.now()).places("staff.manage") == ("310107",)
    again = CliRunner().invoke(main, asked)
    assert again.exit_code == 1 and "已被使用" in again.output and "Traceback" not in again.output


@pytest.mark.django_db
@pytest.mark.usefixtures("one_database")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--place", "shanghai"], "9 位中心代码"),
        (["--power", "everything"], "没有“everything”这项权限"),
        (["--name", " "], "请填写姓名"),
    ],
)
def test_what_is_wrong_is_said_before_a_password_is_asked(more, words):
    said = CliRunner().invoke(main, ["staff", "add", "admin", "--name", "管理员", *more])
    assert said.exit_code == 1 and words in said.output and "Password" not in said.output
    assert not staff.login_taken("admin")


@pytest.mark.django_db
@pytest.mark.usefixtures("one_database")
def test_a_weak_password_is_refused_in_words():
    said = CliRunner().invoke(main, ["staff", "add", "admin", "--name", "管理员"], input="12345\n" * 2)
    assert said.exit_code == 1 and "密码太短" in said.output
    assert not staff.login_taken("admin")
