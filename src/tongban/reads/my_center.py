"""我的中心 as the one who signed in sees it: the center they chose; while they chose none, that of the place where the city knows them
to live, with the reason said, so that a suggestion is never taken for a choice."""

import datetime as dt

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.jurisdiction import NEAREST
from tongban.domain.text import Text
from tongban.flows import access
from tongban.plumbing.clock import city_date
from tongban.reads import centers
from tongban.reads.centers import CenterLine
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import queries as people

# What is said of a center that is suggested by a known value.
LIVES = {
    "residence_division": Text("您登记的居住地在{zh}", "Your registered residence is in {en}"),
    "hukou_division": Text("您的户籍在{zh}", "Your household is registered in {en}"),
}


class MyCenter(msgspec.Struct, frozen=True):
    """A center as it stands now. ``why`` is empty for the one chosen; else it is a suggestion, for this reason."""

    now: CenterLine
    why: Text = Text("")

    @property
    def chosen(self) -> bool:
        """True when the person said so."""
        return not self.why.zh


def chosen(actor: Actor, visit_id: str, *, at: dt.datetime) -> MyCenter | None:
    """The center that the one who signed in chose, also while they act for somebody else."""
    visit = access.visit(actor, visit_id)
    return by_code(people.chosen_center(visit.agent or visit.applicant), at=at)


def suggested(actor: Actor, visit_id: str, *, at: dt.datetime) -> MyCenter | None:
    """The center of the place where the one who signed in is known to live. None while they act for another: the visit is then no
    reason to look at what is known of themselves."""
    visit = access.visit(actor, visit_id)
    known = {} if visit.agent else people.known(visit.applicant)
    for element in NEAREST:
        found = by_code(str(known[element].value or ""), at=at) if element in known else None
        if found is not None:
            street, why = found.now.street, LIVES[element]
            return MyCenter(found.now, Text(why.zh.format(zh=street.zh), why.en.format(en=street.en or street.zh)))
    return None


def by_code(code: str, *, at: dt.datetime) -> MyCenter | None:
    """The center of this code (or of this street or committee), as it stands now; None when there is none (any more)."""
    found = catalog.places().center_of(code, city_date(at))
    if found is None or found.code not in catalog.places().centers:
        return None
    return MyCenter(centers.center(found.code, at=at))
