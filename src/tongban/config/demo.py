"""The staff of the demo: a few synthetic people at the counters of the journey. Their passwords are public, so they are made
only by `tongban up --demo`, never in a deployment."""

import datetime as dt

from tongban.domain.actor import CITY, SYSTEM, Actor
from tongban.flows import staffing
from tongban.registers.staff import queries as staff

PASSWORD = "any-counter-1-trip"
PUTUO, YANGPU, MINHANG, SONGJIANG = "310107015", "310110009", "310112101", "310117002"

COUNTER = ("case.receive", "case.read", "person.read")
BACK_OFFICE = ("case.receive", "case.handle", "case.read", "person.read")
LEAD = (*BACK_OFFICE, "case.supervise", "board.read", "staff.manage", "audit.read")

# login, name, center, powers, where they hold, what for
MEMBERS: tuple[tuple[str, str, str, tuple[str, ...], str, str], ...] = (
    ("putuo", "陈窗口", PUTUO, COUNTER, PUTUO, "clerk, 普陀 长寿路街道"),
    ("putuo2", "林后台", PUTUO, BACK_OFFICE, PUTUO, "back office, 普陀 长寿路街道"),
    ("yangpu", "顾后台", YANGPU, BACK_OFFICE, YANGPU, "back office, 杨浦 四平路街道"),
    ("yangpu-lead", "陆主任", YANGPU, LEAD, YANGPU, "center lead, 杨浦 四平路街道"),
    ("minhang", "吴窗口", MINHANG, BACK_OFFICE, MINHANG, "clerk, 闵行 莘庄镇"),
    ("songjiang", "唐窗口", SONGJIANG, BACK_OFFICE, SONGJIANG, "clerk, 松江"),
    (
        "dangan",
        "方档案",
        CITY,
        ("enquiry.answer/dangan", "enquiry.answer/fangguan"),
        CITY,
        "departments without a system: archives, housing",
    ),
    ("city", "周运管", CITY, (*LEAD, "catalog.publish", "exchange.manage"), CITY, "city operations center"),
)


def make(at: dt.datetime) -> dict[str, Actor]:
    """Hire whoever is not there yet; return the actors by login."""
    actors = {}
    for login, name, center, powers, place, _ in MEMBERS:
        if not staff.login_taken(login):
            member = staffing.hire(SYSTEM, login, name, center, PASSWORD, at=at, must_change=False)
            for power in powers:
                staffing.grant(SYSTEM, member, power, place, at=at)
        found = staff.actor_of_login(login, at)
        if found is not None:
            actors[login] = found
    return actors
