"""What a person says of a life event is kept at each step, on whichever device or counter; the later writer is told."""

import pytest

from tests.conftest import AT
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, staff
from tongban.domain.event_intake import EventIntake
from tongban.domain.refusals import Conflict, NotFound
from tongban.flows import compose, serve
from tongban.registers.mothers import queries

pytestmark = pytest.mark.usefixtures("shanghai")


@pytest.mark.django_db(transaction=True)
def test_two_devices_on_one_draft() -> None:
    home, counter = staff(PUTUO), staff(YANGPU)
    first, second = serve.meet(home, MOTHER, how="typed", at=AT), serve.meet(counter, MOTHER, how="card", at=AT)
    draft = compose.save(home, first.visit, "retire", EventIntake({"has_fund_account": True}, step="questions"), at=AT)
    (seen,) = queries.drafts_of(second.applicant)
    assert (str(seen.id), seen.event, seen.rev) == (draft.id, "retire", 1)
    later = compose.save(
        counter, second.visit, "retire", EventIntake(step="plan"), draft=draft.id, rev=draft.rev, at=AT
    )
    assert later.rev == 2
    with pytest.raises(Conflict) as told:
        compose.save(home, first.visit, "retire", EventIntake(step="form"), draft=draft.id, rev=draft.rev, at=AT)
    assert told.value.code == "draft.newer"


@pytest.mark.django_db(transaction=True)
def test_a_draft_of_another_person_or_event_is_not_there() -> None:
    clerk = staff(PUTUO)
    mine, other = serve.meet(clerk, MOTHER, how="card", at=AT), serve.meet(clerk, SON, how="card", at=AT)
    draft = compose.save(clerk, mine.visit, "retire", EventIntake(), at=AT)
    for visit, event in ((other.visit, "retire"), (mine.visit, "death")):
        with pytest.raises(NotFound):
            compose.save(clerk, visit, event, EventIntake(), draft=draft.id, rev=1, at=AT)
