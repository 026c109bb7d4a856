"""For whom one acts: what the two are to each other, said or not, and how it is told in plain words."""

import datetime as dt

import pytest

from tongban.domain import acting
from tongban.domain.acting import AGENT_IS, FOR_WHOM, RELATIONS
from tongban.domain.consent import Mandate
from tongban.domain.refusals import Refused

TODAY, GROWN, SMALL = dt.date(2026, 11, 22), dt.date(1948, 3, 12), dt.date(2018, 5, 3)
WRITTEN = Mandate("principal", "agent", "written", dt.date(2026, 1, 1), dt.date(2026, 12, 31), all_items=True)
GUARDIAN = Mandate("principal", "agent", "guardian", dt.date(2026, 1, 1), all_items=True)


@pytest.mark.parametrize(("mandate", "birth", "said", "relation"), [
    (WRITTEN, GROWN, "", "client"), (WRITTEN, GROWN, "parent", "parent"), (WRITTEN, GROWN, "child", "child"),
    (WRITTEN, GROWN, "other", "other"), (WRITTEN, None, "spouse", "spouse"),
    (GUARDIAN, SMALL, "", "child"), (GUARDIAN, GROWN, "", "ward"), (GUARDIAN, None, "", "ward"),
    # A mother who needs a guardian stays a mother; a minor under guardianship is nobody's parent, whatever was pressed.
    (GUARDIAN, GROWN, "parent", "parent"), (GUARDIAN, SMALL, "parent", "child"),
])  # fmt: skip
def test_what_the_principal_is_to_the_agent(mandate: Mandate, birth: dt.date | None, said: str, relation: str) -> None:
    assert acting.relation(mandate, birth, TODAY, acting.must_be_said(said)) == relation


def test_a_word_that_is_none_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        acting.must_be_said("self")
    assert (refused.value.code, refused.value.problems[0].pointer) == ("mandate.relation", "/relation")


def test_every_relation_has_its_words_and_its_place() -> None:
    offered = [one for which in FOR_WHOM.values() for one in which]
    assert sorted(offered) == sorted(set(RELATIONS) - {"self"})
    assert set(AGENT_IS) <= set(RELATIONS)
