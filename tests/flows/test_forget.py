"""What the house forgets in time: only what serves nobody, in pieces, with a line in the trail; what is named stays."""

import datetime as dt
import io
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from tests.conftest import AT
from tests.flows.cases import INTAKES, later, received
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tests.plumbing.papers import pdf
from tongban.domain.receiving import Intake, PaperIn
from tongban.domain.refusals import Conflict, NotAllowed
from tongban.flows import forget, handle, receive, serve
from tongban.flows.jobs import TIMED
from tongban.plumbing import files
from tongban.registers.cases import queries as cases

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
CLERK = staff(PUTUO)


@pytest.fixture(autouse=True)
def cabinet(settings: Any, tmp_path: Path) -> None:
    settings.TONGBAN_FILES = tmp_path


def lines(act: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select detail from audit_line where act = %s order by id", [act])
        return [row[0] for row in cursor.fetchall()]


def draft(intake: Intake = INTAKES["jinglaoka"]) -> receive.Draft:
    met = serve.meet(CLERK, MOTHER, how="card", at=AT)
    return receive.save_draft(CLERK, met.visit, "jinglaoka", intake, at=AT)


def put(pages: int) -> str:
    """A scan of its own, put ten days ago."""
    digest = files.put(io.BytesIO(pdf(pages + 1)), "scan.pdf").digest
    moment = later(-10).timestamp()
    os.utime(files._path(digest), (moment, moment))
    return digest


def test_a_draft_is_kept_as_long_as_papers_take_and_no_longer() -> None:
    draft()
    assert forget.drafts(later(forget.DRAFT_DAYS - 1)) == 0
    applicant = cases.draft(uuid.UUID(draft().id)).applicant
    assert forget.drafts(later(forget.DRAFT_DAYS + 1)) == 2
    assert cases.drafts_of(applicant) == []
    assert lines("forget.drafts")[-1] == '{"removed":2}'


def test_a_draft_that_is_touched_lives_on() -> None:
    saved = draft()
    met = serve.meet(CLERK, MOTHER, how="card", at=later(80))
    receive.save_draft(CLERK, met.visit, "jinglaoka", INTAKES["jinglaoka"], draft=saved.id, rev=saved.rev, at=later(80))
    assert forget.drafts(later(forget.DRAFT_DAYS + 1)) == 0


def test_a_key_is_remembered_for_a_month() -> None:
    receipt = received("jinglaoka", key="k")
    handle.review(CLERK, receipt.number, "pass", at=AT, key="once")
    handle.review(CLERK, receipt.number, "pass", at=later(forget.ANSWER_DAYS - 1), key="once")
    assert forget.answers(later(forget.ANSWER_DAYS - 1)) == 0
    assert forget.answers(later(forget.ANSWER_DAYS + 1)) == 2
    with pytest.raises(Conflict):
        handle.review(CLERK, receipt.number, "pass", at=later(31), key="once")


def test_sessions_that_ended_go_and_running_ones_stay() -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=AT - dt.timedelta(minutes=1))
    Session.objects.create(session_key="new", session_data="", expire_date=AT + dt.timedelta(minutes=1))
    assert forget.sessions(AT) == 1
    assert [s.session_key for s in Session.objects.all()] == ["new"]


def test_only_files_that_nobody_names_go() -> None:
    of_case, of_draft, of_mandate, of_nobody, young = (put(n) for n in range(5))
    taken = INTAKES["jinglaoka"]
    receipt = received("jinglaoka_follow")
    handle.add_papers(CLERK, receipt.number, (PaperIn("tax_statement", digest=of_case),), at=AT)
    draft(Intake(taken.answers, (PaperIn("id_card", digest=of_draft),)))
    met = serve.meet(CLERK, MOTHER, how="card", agent=SON, at=AT)
    serve.register_mandate(CLERK, met.visit, until=dt.date(2027, 1, 1), paper=of_mandate, at=AT)
    assert files.hold(young)
    # Held only now, by the clock of the disk: as young as a paper that was just put.
    os.utime(files._path(young), (AT.timestamp(), AT.timestamp()))
    swept = forget.uploads(AT)
    assert (swept.removed, swept.seen) == (1, 5)
    assert {d for d in (of_case, of_draft, of_mandate, of_nobody, young) if files.exists(d)} == {
        of_case,
        of_draft,
        of_mandate,
        young,
    }
    assert not files.hold(of_nobody)
    assert lines("forget.uploads") == ['{"files":1}']
    assert forget.uploads(AT).removed == 0


def test_no_file_goes_while_letters_lie_that_may_name_it() -> None:
    lost = put(1)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into exchange_letter (uid, to_node, lane, kind, number, n, at, size, body) "
            "values (gen_random_uuid(), 'b', 'files', 'piece', '', 0, %s, 0, '')",
            [AT - dt.timedelta(days=2)],
        )
        assert forget.uploads(AT).removed == 0 and files.exists(lost)
        cursor.execute("update exchange_letter set seq = 7")
        cursor.execute("insert into exchange_out_lane values ('b', 'files', 7, 7, 6, 0, null, null)")
        assert forget.uploads(AT).removed == 0
        cursor.execute("update exchange_out_lane set delivered = 7")
    assert forget.uploads(AT).removed == 1


def test_a_night_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forget, "MOST", 2)
    monkeypatch.setattr(forget, "TIMES", 2)
    for _ in range(5):
        draft()
    assert forget.drafts(later(100)) == 4
    assert lines("forget.drafts") == ['{"removed":2}', '{"removed":2}']
    assert forget.drafts(later(100)) == 1


def test_only_time_forgets() -> None:
    for act in (forget.drafts_once, forget.answers_once, forget.sessions_once):
        with pytest.raises(NotAllowed):
            act(CLERK, at=AT)
    with pytest.raises(NotAllowed):
        forget.let_go(CLERK, ["0" * 64], at=AT)


def test_all_timed_work_runs_on_an_empty_house_and_again() -> None:
    for _ in range(2):
        for timed in TIMED:
            timed.work(later(200))
