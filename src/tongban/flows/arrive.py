"""Coming in by the network (网上到访): who signed in is met as at a counter, and a visit by oneself is opened at the center that
receives online. The visit is the reason for everything that is seen then; acting for somebody else is another visit, with both in it."""

import datetime as dt

import msgspec

from tongban.domain import acting
from tongban.domain.acting import Proof
from tongban.domain.actor import Actor, Grant
from tongban.domain.consent import Mandate
from tongban.domain.person import Identity, identify
from tongban.domain.ports import Unavailable, WayIn
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.flows import access
from tongban.plumbing import here, outside, sockets
from tongban.plumbing.clock import city_date
from tongban.plumbing.ids import new_id
from tongban.plumbing.tx import current, flow, step
from tongban.registers.catalog import queries as catalog
from tongban.registers.counters import service as counters
from tongban.registers.people import queries as people
from tongban.registers.people import rows
from tongban.registers.people import service as people_service
from tongban.registers.people.rows import HeldMandate, Known

SOURCE = "realname"


class Arrived(msgspec.Struct, frozen=True):
    """A visit by oneself: its id, the center that receives online, whom it is for and who acts (empty: for oneself)."""

    visit: str
    center: str
    applicant: str
    agent: str = ""


def online_center() -> str:
    """The center that receives online. Refused when this node does not host it: residents sign in at the city's node."""
    online = catalog.places().online
    if online is None:
        raise NotFound("door.no_center", "本市没有网上受理的中心", "The city has no center that receives online")
    found = online.code
    if not here.hosts(found):
        raise NotAllowed(
            "door.elsewhere",
            "网上办理请到市级站点登录",
            "To apply online please sign in at the city's site",
            node=here.nodes().city,
        )
    return found


def resident(person: str, center: str, name: str = "") -> Actor:
    """A person as the one who acts, with the power to hand in at the online center and no other."""
    return Actor("resident", f"resident:{person}", name, center, (Grant("case.receive", center),))


def of_identity(identity: Identity, center: str) -> Actor:
    """The actor that somebody with this identity is, before they were ever met: the reference follows from the number."""
    return resident(str(rows.reference(identity)), center, identity.name)


def way(back: str) -> WayIn:
    """The way to the real-name service and back to this address. Refused ``door.closed`` while it does not answer."""
    online_center()
    answer = outside.ask({SOURCE: lambda: sockets.plugged().real_name().way(back)})[SOURCE]
    if isinstance(answer, Unavailable):
        raise _closed(answer)
    return answer


def come(code: str, taken: WayIn, back: str, *, at: dt.datetime) -> tuple[Actor, Arrived]:
    """Somebody came back with a code: ask who it is (no transaction open), then the act that signs them in."""
    center = online_center()
    answer = outside.ask({SOURCE: lambda: sockets.plugged().real_name().who(code, taken, back)})[SOURCE]
    if isinstance(answer, Unavailable):
        raise _closed(answer)
    identity = identify(answer.kind, answer.name, answer.number, today=city_date(at))
    actor = of_identity(identity, center)
    return actor, sign_in(actor, identity, Proof(answer.methods, answer.at), at=at)


def _closed(answer: Unavailable) -> Refused:
    if answer.code in ("refused", "not_understood"):
        return Refused(
            "door.not_completed", "登录没有完成或已经过期,请重新登录", "Signing in was not completed: sign in again"
        )
    return Refused(
        "door.closed",
        "实名认证服务没有响应,请稍后再试,或到任一中心窗口办理",
        "The real-name service does not answer: try again later, or go to any counter",
    )


@flow("door.sign_in")
def sign_in(actor: Actor, identity: Identity, proof: Proof, *, at: dt.datetime) -> Arrived:
    """登录: the real-name service vouches for who this is and how it was proven."""
    how, on = acting.must_be_proven(proof, at), city_date(at)
    acting.must_come_alone(identity.birth, on)
    person = people_service.meet(identity, at, card=True)
    if actor.ref != f"resident:{person}":
        raise NotAllowed(
            "door.not_you", "登录的人与办理人不一致,请重新登录", "You are not who signed in: sign in again"
        )
    values = {"name": identity.name, "id_number": identity.number, "sex": identity.sex}
    values["birth_date"] = identity.birth.isoformat() if identity.birth else None
    known = {code: Known(value, SOURCE, at, "A") for code, value in values.items() if value}
    people_service.keep(person, known.items(), at)
    current().about(person=person, how=how)
    return _begin(actor, person, "", "", f"online:{how}")


@flow("door.act_for")
def act_for(actor: Actor, visit_id: str, mandate: str, *, at: dt.datetime, key: str = "") -> Arrived:
    """代他人办理: from now on for the one who gave this mandate; both stand in the visit, in each case and in the trail."""
    before = access.visit(actor, visit_id)
    me, held = _me(actor), people.mandate(mandate)
    if held is None or held.agent != me:
        raise NotFound("mandate.not_found", "没有找到这份委托", "No such mandate", pointer="/mandate")
    must_act_for(held, at)
    counters.close_visit(before.id, at)
    current().about(person=held.principal, agent=me, mandate=held.ref)
    return _begin(actor, held.principal, me, held.ref, before.how)


@flow("door.act_for_oneself")
def act_for_oneself(actor: Actor, visit_id: str, *, at: dt.datetime, key: str = "") -> Arrived:
    """为自己办理: what is done from now on is one's own."""
    before = access.visit(actor, visit_id)
    counters.close_visit(before.id, at)
    current().about(person=_me(actor))
    return _begin(actor, _me(actor), "", "", before.how)


@flow("door.sign_out")
def sign_out(actor: Actor, visit_id: str, *, at: dt.datetime) -> None:
    """退出: nothing can be opened by this visit any more."""
    visit = access.visit(actor, visit_id)
    counters.close_visit(visit.id, at)
    current().about(case=f"visit:{visit_id}", person=visit.applicant)


def must_act_for(held: HeldMandate, at: dt.datetime) -> Mandate:
    """The mandate, when it holds today for this principal at their age."""
    mandate = people.plain(held)
    principal = people.identities([held.principal]).get(held.principal)
    acting.must_act_for(mandate, principal.birth if principal else None, city_date(at))
    return mandate


@step
def _begin(actor: Actor, applicant: str, agent: str, mandate: str, how: str) -> Arrived:
    center, visit = online_center(), new_id()
    counters.open_visit(
        visit,
        center=center,
        staff=actor.ref,
        applicant=applicant,
        agent=agent,
        mandate=mandate,
        how=how,
        at=current().at,
    )
    current().about(case=f"visit:{visit}", place=center)
    return Arrived(str(visit), center, applicant, agent)


def _me(actor: Actor) -> str:
    return actor.ref.removeprefix("resident:")
