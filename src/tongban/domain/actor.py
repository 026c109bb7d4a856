"""Who acts: every rule, flow and read takes an Actor, so that no code can act for nobody or see what it may not."""

from typing import Literal

import msgspec

from tongban.domain.refusals import NotAllowed

CITY = "310000"

POWERS: dict[str, str] = {
    "case.receive": "收件:在窗口收取申请",
    "case.handle": "办理:接办、受理、补正、决定、送达",
    "case.supervise": "督办:二次补正、撤销、改派",
    "case.read": "查看办件进度",
    "enquiry.answer": "答复协查(权限后写部门,如 enquiry.answer/dangan)",
    "person.read": "说明理由后查看个人信息",
    "board.read": "查看工作看板",
    "audit.read": "查看审计记录",
    "staff.manage": "管理人员与权限",
    "catalog.publish": "发布事项目录",
    "exchange.manage": "管理信息交互:查看和重试滞留信件",
}


def below(place: str) -> str:
    """How the codes begin that lie in a place. Only a city has six digits ending in 0000: 310110000 (nine) is below 310110."""
    return place[:2] if len(place) == 6 and place.endswith("0000") else place


def power_name(power: str) -> str:
    """The word for a power, also of one that names a department (``enquiry.answer/dangan``)."""
    base, _, department = power.partition("/")
    word = POWERS.get(base, power).partition("(")[0]
    return f"{word}({department})" if department else word


class Grant(msgspec.Struct, frozen=True):
    """A power within a place: a center (9 digits), a district (6) or the city (310000)."""

    power: str
    place: str

    def covers(self, place: str) -> bool:
        """A grant for a district covers its centers; one for the city covers all."""
        return place.startswith(below(self.place))


class Actor(msgspec.Struct, frozen=True):
    """The one who acts. ``ref`` is pseudonymous and stable (``staff:<uuid>``, ``resident:<uuid>``, ``machine:<id>``).
    ``serves``: persons whom somebody at a counter of another node serves right now; that node vouches for it."""

    kind: Literal["staff", "resident", "machine", "system"]
    ref: str
    name: str = ""
    center: str = ""
    grants: tuple[Grant, ...] = ()
    serves: tuple[str, ...] = ()

    def may(self, power: str, place: str = "") -> bool:
        """Deny by default: true only when a grant names this power and covers the place (any place when none is given)."""
        if self.kind == "system":
            return True
        return any(g.power == power and (not place or g.covers(place)) for g in self.grants)

    def must(self, power: str, place: str = "") -> None:
        """Raise NotAllowed unless the actor has the power there."""
        if not self.may(power, place):
            raise NotAllowed(
                "actor.not_allowed",
                f"您没有在此处“{power_name(power)}”的权限",
                "You do not have the power to do this here",
                power=power,
                place=place,
            )

    def places(self, power: str) -> tuple[str, ...]:
        """The places where the actor has this power; lists and searches filter by them."""
        if self.kind == "system":
            return (CITY,)
        return tuple(g.place for g in self.grants if g.power == power)


SYSTEM = Actor(kind="system", ref="system:clock", name="系统")
