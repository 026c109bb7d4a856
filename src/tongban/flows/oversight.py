"""Looking over the city's shoulder: who reads the audit trail is written into it, with what they looked for."""

import datetime as dt

from tongban.domain.actor import CITY, Actor
from tongban.plumbing.tx import current, flow


@flow("look.audit")
def trail(
    actor: Actor, *, place: str = "", case: str = "", person: str = "", of: str = "", acts: str = "", at: dt.datetime
) -> None:
    """Write down that the actor reads the audit trail, and by what: a place, a case, a person's reference, whose acts
    (``of``), which acts. Called by reads.audit before it answers."""
    actor.must("audit.read", place)
    wide = CITY if actor.may("audit.read", CITY) else actor.center
    detail = {"of": of, "acts": acts}
    current().about(case=case, person=person, place=place or wide, **{k: v for k, v in detail.items() if v})
