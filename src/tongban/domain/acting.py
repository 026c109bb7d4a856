"""Who comes to the city over the network, and for whom they act (本人办理、代他人办理): a proof that is more than a face, an age
at which one signs in alone, and for everybody else a mandate that is dated, scoped, and a guardianship below fourteen."""

import datetime as dt
from typing import Literal

import msgspec

from tongban.domain import consent
from tongban.domain.consent import Mandate
from tongban.domain.person import CapacityRule, age_on, capacity
from tongban.domain.refusals import NotAllowed, Refused
from tongban.domain.text import Text

Relation = Literal["self", "child", "ward", "parent", "spouse", "relative", "client", "other"]
Related = Literal["", "parent", "child", "spouse", "relative", "client", "other"]

# What the principal is to the agent, as the agent says it.
RELATIONS: dict[Relation, Text] = {
    "self": Text("我自己", "Myself"),
    "child": Text("我的孩子", "My child"),
    "ward": Text("我监护的人", "Whom I am guardian of"),
    "parent": Text("我的父亲或母亲", "My father or mother"),
    "spouse": Text("我的配偶", "My husband or wife"),
    "relative": Text("我的其他亲属", "Another relative of mine"),
    "client": Text("委托我的人", "Who mandated me"),
    "other": Text("委托我的人(朋友、邻居等)", "Who mandated me (a friend, a neighbour)"),
}
# The same from the other side: what the agent is to the principal, as the principal says it when the mandate is given.
AGENT_IS: dict[Related, Text] = {
    "parent": Text("子女", "Son or daughter"),
    "child": Text("父亲或母亲", "Father or mother"),
    "spouse": Text("配偶", "Husband or wife"),
    "relative": Text("其他亲属", "Another relative"),
    "client": Text("受托的机构或专业人员", "A commissioned organisation or professional"),
    "other": Text("其他人(朋友、邻居等)", "Somebody else (a friend, a neighbour)"),
}
# For whom one acts, in plain words and in the order in which it is offered; who mandated me comes last, however we know each other.
FOR_WHOM: dict[Text, tuple[Relation, ...]] = {
    Text("为孩子办", "For my child"): ("child",),
    Text("为我监护的人办", "For whom I am guardian of"): ("ward",),
    Text("为父母办", "For my parents"): ("parent",),
    Text("为配偶办", "For my husband or wife"): ("spouse",),
    Text("为其他亲属办", "For another relative"): ("relative",),
    Text("为委托人办", "For who mandated me"): ("client", "other"),
}

# Ways of proving who one is (RFC 8176 names), each of which is enough. A face may come beside one of them, never alone:
# who cannot or does not want to show it must not be shut out, and who holds a picture must not come in.
ENOUGH: tuple[frozenset[str], ...] = (
    frozenset({"pwd", "otp"}),
    frozenset({"sc", "pin"}),
    frozenset({"counter"}),
)
METHODS: dict[str, Text] = {
    "pwd": Text("密码和短信验证码", "Password and one-time code"),
    "sc": Text("身份证和证件密码", "Identity card and its PIN"),
    "counter": Text("窗口开具的登录码", "A code issued at a counter"),
}


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the real-name service vouches for: how it was proven (``methods``) and when."""

    methods: tuple[str, ...]
    at: dt.datetime


def must_be_proven(proof: Proof, at: dt.datetime, *, longest: dt.timedelta = dt.timedelta(minutes=10)) -> str:
    """The method by which somebody came, as METHODS names it. Refused ``door.not_proven`` (a face alone, a password alone) and
    ``door.proof_old`` (proven long ago, on a machine that others may use by now)."""
    given = frozenset(proof.methods)
    enough = next((one for one in ENOUGH if one <= given), None)
    if enough is None:
        raise NotAllowed(
            "door.not_proven",
            "登录方式不够可靠:请用密码加验证码、身份证,或窗口开具的登录码登录",
            "This way of signing in is not enough: use password and code, the identity card, or a code of a counter",
        )
    if at - proof.at > longest:
        raise NotAllowed(
            "door.proof_old", "身份验证已过期,请重新登录", "You were identified too long ago: sign in again"
        )
    return next(name for name in METHODS if name in enough)


def must_come_alone(birth: dt.date | None, on: dt.date, *, rule: CapacityRule | None = None) -> None:
    """Refused ``door.too_young``: below the age of 民法典 a guardian acts, also when the child knows the password."""
    rule = rule or CapacityRule()
    if birth is not None and capacity(birth, on, rule=rule) == "guardian":
        raise NotAllowed(
            "door.too_young",
            f"未满{rule.guardian_below}周岁不能自己登录办理,请由监护人登录后选择“我的孩子”",
            f"Under {rule.guardian_below} a guardian signs in and chooses “My child”",
        )


def must_be_said(said: str) -> Related:
    """What the two are to each other, as it was said when the mandate was given; empty when they did not want to. Refused
    ``mandate.relation`` for a word that is none of AGENT_IS."""
    if said and said not in AGENT_IS:
        raise Refused(
            "mandate.relation",
            "请从列表中选择受托人是委托人的什么人,或不选",
            "Choose from the list what the two are to each other, or leave it",
            pointer="/relation",
        )
    return said


def relation(mandate: Mandate, birth: dt.date | None, on: dt.date, said: Related = "") -> Relation:
    """What the principal is to the agent: a guardian's child by its age, whatever was said; else what was said; else no more than
    the mandate tells (also of one that came from another node: what was said stays where it was said)."""
    guarded = mandate.kind == "guardian"
    if guarded and birth is not None and age_on(birth, on) < CapacityRule().adult_from:
        return "child"
    return said or ("ward" if guarded else "client")


def must_act_for(mandate: Mandate, birth: dt.date | None, on: dt.date, *, rule: CapacityRule | None = None) -> None:
    """Pass when under this mandate somebody may act for the principal today, on whatever it names. Refused what
    ``consent.covers`` refuses, ``mandate.organisation`` and ``mandate.guardian_only``."""
    rule = rule or CapacityRule()
    consent.covers(mandate, mandate.items[0] if mandate.items else "", on)
    if mandate.kind == "organisation":
        raise Refused(
            "mandate.organisation",
            "单位经办请到窗口办理,网上暂不受理",
            "For an organisation please come to a counter: it is not received online yet",
        )
    if birth is not None and capacity(birth, on, rule=rule) == "guardian" and mandate.kind != "guardian":
        raise Refused(
            "mandate.guardian_only",
            f"未满{rule.guardian_below}周岁的孩子只能由监护人代办",
            f"For a child under {rule.guardian_below} only a guardian acts",
            advice=Text("请监护人登录办理", "The guardian signs in"),
        )
