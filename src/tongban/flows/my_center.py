"""我的中心: who signed in says which center is theirs, once, and finds it again on every device; or says that none is any more."""

import datetime as dt

from tongban.domain.actor import Actor
from tongban.domain.refusals import NotAllowed, NotFound
from tongban.flows import access
from tongban.plumbing.tx import current, flow
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import service as people


@flow("door.choose_center")
def choose(actor: Actor, visit_id: str, center: str, *, at: dt.datetime, key: str = "") -> None:
    """设为我的中心: of whoever signed in, also while they act for somebody else; no ``center`` forgets the choice. Refused
    ``place.center`` for a center without a door, ``visit.resident_only`` for a counter: it is nobody's but the person's to say."""
    visit = access.visit(actor, visit_id)
    if actor.kind != "resident":
        raise NotAllowed("visit.resident_only", "只有本人登录后可以这样做", "Only the person, signed in, can do this")
    me = visit.agent or visit.applicant
    # Which one is left out of the trail: it says about where somebody lives.
    current().about(case=f"visit:{visit_id}", person=me)
    if not center:
        people.forget_center(me)
        return
    if center not in catalog.places().centers:
        raise NotFound("place.center", "没有这个受理中心", "There is no such center", place=center[:12])
    people.choose_center(me, center, at)
