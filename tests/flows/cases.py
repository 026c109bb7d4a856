"""Cases of every kind for the flow tests, received through the real flows against the real catalog: direct (敬老卡), split
(低收入证明), settled at home (廉租住房), on the spot (低保证明)."""

import datetime as dt

from tests.conftest import AT
from tests.flows.people import MOTHER, PUTUO, YANGPU, staff
from tests.flows.split_case import ANSWERS as LOW_INCOME
from tests.flows.split_case import PAPERS as LOW_INCOME_PAPERS
from tongban.domain.actor import Actor, Grant
from tongban.domain.receiving import Intake, PaperIn
from tongban.flows import serve
from tongban.flows.receive import Order, Receipt, receive
from tongban.plumbing.clock import city_date

SIMPLE = {
    "ethnic": "汉族", "phone": "13800138000", "hukou_kind": "shanghai", "hukou_division": YANGPU,
    "hukou_address": "四平路1号", "residence_division": "310112101", "residence_address": "莘庄镇1号", "card_bank": "icbc",
}  # fmt: skip
HOUSING = LOW_INCOME | {
    "birth_date": "1948-03-12", "hukou_since": "1998-05-06", "residence_division": "310112101",
    "residence_address": "莘庄镇1号", "marital_status": "widowed", "household_size": "1", "household_month_income": "1380.00",
    "household_property": "12000.00", "housing_area": "6.5", "housing_kind": "relative", "sold_home_within_five_years": False,
    "relief_kind": "none", "lianzu_way": "subsidy", "consent_publicity": True,
}  # fmt: skip
for _code in ("certificate_purpose",):
    HOUSING.pop(_code)
HOUSING_PAPERS = (PaperIn("id_card"), PaperIn("hukou_book"), PaperIn("lianzu_form"), PaperIn("economic_authorisation"))

INTAKES = {
    "jinglaoka": Intake(SIMPLE, (PaperIn("id_card"),), ("tax_statement",)),
    # The statement on tax may follow, so this one is accepted with a promise (容缺).
    "jinglaoka_follow": Intake(SIMPLE, (PaperIn("id_card"),), follow=("tax_statement",)),
    "dishouru_zhengming": Intake(LOW_INCOME, LOW_INCOME_PAPERS, follow=("income_proof", "assets_proof")),
    "lianzu": Intake(HOUSING, HOUSING_PAPERS, follow=("housing_status", "income_proof")),
    "dibao_zhengming": Intake({"name": "沈桂芳", "id_number": MOTHER.number, "relief_kind": "dibao", "certificate_purpose": "申请减免"}, (PaperIn("id_card"),)),
}  # fmt: skip


def received(item: str, clerk: Actor | None = None, *, at: dt.datetime = AT, key: str = "") -> Receipt:
    """The mother herself comes to the clerk's counter with this item."""
    clerk = clerk or staff(PUTUO)
    met = serve.meet(clerk, MOTHER, how="card", at=at)
    order = Order(met.visit, item.removesuffix("_follow"), INTAKES[item])
    return receive(clerk, order, at=at, key=key or f"{item}:{met.visit}")


def lead(center: str, ref: str = "") -> Actor:
    """The head of a center: all powers on cases there."""
    every = ("case.receive", "case.handle", "case.read", "case.supervise", "person.read")
    return staff(center, *every, ref=ref or f"staff:lead:{center}")


def city_lead() -> Actor:
    """Somebody of the city's operations center with the powers that matter here."""
    powers = (
        "case.read",
        "case.handle",
        "case.supervise",
        "case.receive",
        "catalog.publish",
        "audit.read",
        "board.read",
    )
    return Actor("staff", "staff:city", "周运管", "310000", tuple(Grant(p, "310000") for p in powers))


def resident(person: str) -> Actor:
    """The resident themselves, signed in online."""
    return Actor("resident", f"resident:{person}", "沈桂芳")


def later(days: int = 0, at: dt.datetime = AT, **more: int) -> dt.datetime:
    """A moment some calendar days on."""
    return at + dt.timedelta(days=days, **more)


def day(days: int = 0) -> dt.date:
    """The city's date of `later`."""
    return city_date(later(days))
