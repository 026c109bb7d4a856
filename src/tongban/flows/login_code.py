"""登录码: who has no telephone, or forgot the password, gets a code at any counter, where a person compares face and card. The real-name
service makes it; here it is written down who asked for it and for whom, before it is asked for."""

import datetime as dt

from tongban.domain import acting
from tongban.domain.actor import Actor
from tongban.domain.ports import CounterCode, NotThere, Purpose, Subject, Unavailable
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import access
from tongban.plumbing import outside, sockets
from tongban.plumbing.clock import city_date
from tongban.plumbing.tx import current, flow
from tongban.registers.people import queries as people

SOURCE = "realname"


@flow("visit.login_code")
def wanted(actor: Actor, visit_id: str, *, at: dt.datetime) -> Subject:
    """The person at the counter wants a code: who they are, for the service. The agent when one is here: nobody gets a code of
    somebody who is not."""
    visit = access.visit(actor, visit_id)
    actor.must("case.receive", visit.center)
    if actor.kind == "resident":
        raise Refused("login_code.counter_only", "登录码只能在窗口开具", "A code is issued at counters only")
    person = visit.agent or visit.applicant
    identity = people.identity(person)
    acting.must_come_alone(identity.birth, city_date(at))
    current().about(case=f"visit:{visit_id}", person=person, reason="开具登录码")
    return Subject(identity.number, identity.name)


def issue(actor: Actor, visit_id: str, *, at: dt.datetime) -> CounterCode:
    """The code, to be printed and handed over. An earlier one ends with it."""
    subject = wanted(actor, visit_id, at=at)
    purpose = Purpose(about=f"visit:{visit_id}", item="", reason="窗口开具登录码", actor=actor.ref)
    answer = outside.ask({SOURCE: lambda: sockets.plugged().real_name().counter_code(subject, purpose)})[SOURCE]
    if isinstance(answer, Unavailable):
        raise Refused(
            "login_code.closed",
            "实名认证服务没有响应,暂时不能开具登录码,请直接在窗口办理",
            "The real-name service does not answer: no code now; serve the person at the counter",
        )
    if isinstance(answer, NotThere):
        raise NotFound(
            "login_code.unknown", "实名认证服务没有这个人的账户", "The real-name service has no account of this person"
        )
    return answer
