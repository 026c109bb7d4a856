"""The people of the flow tests: synthetic residents and the staff of a few centers."""

import datetime as dt

from tongban.domain.actor import Actor, Grant
from tongban.domain.person import Identity
from tongban.flows import serve
from tongban.flows.serve import Met

PUTUO, YANGPU, MINHANG, SONGJIANG = "310107015", "310110009", "310112101", "310117002"
MOTHER = Identity(kind="citizen", name="沈桂芳", number="310110194803120284", birth=dt.date(1948, 3, 12), sex="female")
SON = Identity(kind="citizen", name="沈建国", number="310110197209300155", birth=dt.date(1972, 9, 30), sex="male")


def staff(center: str, *powers: str, ref: str = "") -> Actor:
    """A member of a center's staff with these powers there."""
    every = powers or ("case.receive", "case.handle", "case.read", "person.read")
    return Actor("staff", ref or f"staff:{center}", "测试员", center, tuple(Grant(p, center) for p in every))


def with_mandate(clerk: Actor, at: dt.datetime) -> Met:
    """The son comes for his mother and hands in a written mandate."""
    met = serve.meet(clerk, MOTHER, how="card", agent=SON, at=at)
    serve.register_mandate(clerk, met.visit, until=at.date() + dt.timedelta(days=480), paper="wt-1", at=at)
    return met
