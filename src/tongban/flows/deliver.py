"""Delivering (送达): results are issued from a decision and reach the resident, by counter, mail or as an e-credential."""

import datetime as dt

from tongban.domain import acts
from tongban.domain.actor import Actor
from tongban.flows import access, write
from tongban.flows import issue as results
from tongban.flows.handle import Standing, standing
from tongban.plumbing.clock import city_date
from tongban.plumbing.tx import flow


@flow("case.issue")
def issue(actor: Actor, number: str, result: str, *, expect: int = 0, at: dt.datetime, key: str = "") -> Standing:
    """制发: one result of a granted decision."""
    found = access.held_case(actor, number, expect=expect)
    return standing(write.appended(found, *results.results(found.case, (result,), city_date(at))))


@flow("case.deliver")
def deliver(
    actor: Actor, number: str, way: str, to: str = "applicant", *, expect: int = 0, at: dt.datetime, key: str = ""
) -> Standing:
    """送达: the case is closed for the resident. Results not issued yet are issued by the same act."""
    found, on = access.held_case(actor, number, expect=expect), city_date(at)
    open_results = tuple(r for r in found.case.results if r not in found.case.issued)
    new = results.results(found.case, open_results, on)
    return standing(write.appended(found, *new, acts.deliver(found.case, way, to, on)))
