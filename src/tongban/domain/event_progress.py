"""What the facts of the children mean for their life event: ends, results and corrections as facts of the mother case. Pure, and
harmless to repeat: what was noted is not noted again."""

import datetime as dt
from collections.abc import Mapping

from tongban.domain import mother as rule
from tongban.domain.case import Case
from tongban.domain.facts import Body
from tongban.domain.mother import GOOD, ChildEnded, Mother, Replanned, ResultsCame, Standing

_ENDS = frozenset({"not_accepted", "withdrawn", "revoked"})


def outcome_of(case: Case) -> str:
    """How a child ended, by its own log; empty while it goes on."""
    return case.stage if case.stage in _ENDS else case.outcome


def has_results(case: Case) -> bool:
    """True when all that the decision gives is issued."""
    return set(case.results) <= set(case.issued)


def noted(
    mother: Mother,
    children: Mapping[str, Case],
    kinds: frozenset[str],
    on: dt.date,
    forms: Mapping[str, str],
    late: frozenset[str] = frozenset(),
) -> tuple[Mother, list[Body]]:
    """The mother case after what became of its children (item -> case), and the new facts. ``kinds`` are the e-licences there
    are; ``forms`` names, by item, the form that holds what the department said of its results; of ``late`` items it has not said it yet."""
    new: list[Body] = []
    for item, case in children.items():
        for fact in _of_child(mother, item, case, kinds, on, forms):
            if isinstance(fact, ResultsCame) and item in late:
                continue
            mother = rule.apply(mother, fact)
            new.append(fact)
    return mother, new


def _of_child(
    mother: Mother, item: str, case: Case, kinds: frozenset[str], on: dt.date, forms: Mapping[str, str]
) -> list[Body]:
    one = mother.of(item)
    assert one is not None
    found = _correction(mother, one, case, on)
    outcome = outcome_of(case)
    if outcome and outcome != one.outcome:
        found.append(ChildEnded(on=on, item=item, outcome=outcome))  # type: ignore[arg-type]
        if outcome not in GOOD and mother.stage == "open" and (changed := rule.replan(mother, item, _why(outcome), on)):
            found.append(changed)
    if outcome in GOOD and not one.resulted and has_results(case):
        credentials = tuple(code for code in case.issued if code in kinds)
        found.append(ResultsCame(on=on, item=item, credentials=credentials, form=forms.get(item, "")))
    return found


def _why(outcome: str) -> str:
    return "refused" if outcome == "refused" else outcome


def _correction(mother: Mother, one: Standing, case: Case, on: dt.date) -> list[Body]:
    """A child that must be corrected holds up those behind it: said when it begins and when it is over."""
    now = case.stage == "correcting"
    if now == one.correcting or mother.stage != "open" or one.settled:
        return []
    return [Replanned(on=on, because=one.part.item, why="correcting" if now else "corrected")]
