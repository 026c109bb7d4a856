"""The staff of the demo, a few synthetic people at the counters of the journey, and the residents who sign in there. Their passwords
are public, so they are made only by `tongban up --demo`, never in a deployment."""

import datetime as dt

from tongban.domain.actor import CITY, SYSTEM, Actor
from tongban.domain.id_number import Sex
from tongban.domain.person import Identity
from tongban.flows import serve, staffing
from tongban.plumbing.clock import city_date
from tongban.registers.staff import queries as staff
from tongban.simulated import named
from tongban.simulated.resident import Resident

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

# Residents of the pretended city who sign in with its real-name service, and what there is to see for each.
RESIDENTS: tuple[tuple[Resident, str], ...] = (
    (named.JIANGUO, "the son of the journey; may act for his mother 沈桂芳 by its mandate"),
    (named.GUIFANG, "his mother: her cases, and who looked at them"),
    (named.NEW_MOTHER, "a new mother, guardian of her child 陆一鸣"),
)


def identity(resident: Resident) -> Identity:
    """A resident of the pretended city as a counter identifies them."""
    sex: Sex = "male" if resident.sex == "male" else "female"
    return Identity("citizen", resident.name, resident.number, resident.birth, sex)


def make_family(clerk: Actor, at: dt.datetime) -> None:
    """Register at a counter that the new mother is the guardian of her child; done once, however often the demo starts."""
    child = identity(named.BABY)
    if child.birth is None or child.birth > city_date(at):
        return
    met = serve.meet(clerk, child, how="typed", agent=identity(named.NEW_MOTHER), at=at, key="demo:family")
    serve.register_mandate(
        clerk, met.visit, kind="guardian", paper="demo-birth-certificate", at=at, key="demo:guardian"
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
