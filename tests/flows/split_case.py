"""A split case for tests: a certificate of low income, received in 普陀, decided by the home center in 杨浦."""

import datetime as dt

from tests.conftest import AT
from tests.flows.people import PUTUO, YANGPU, staff, with_mandate
from tongban.domain.actor import Actor
from tongban.domain.receiving import Intake, PaperIn
from tongban.flows import receive
from tongban.flows.receive import Order, Receipt

TODAY = dt.date(2026, 9, 1)
ITEM = "dishouru_zhengming"
ANSWERS = {
    "name": "沈桂芳", "id_number": "310110194803120284", "phone": "13800138000", "hukou_kind": "shanghai",
    "hukou_division": YANGPU, "hukou_address": "四平路1号", "household_size": "2", "household_members": "沈桂芳,本人",
    "household_month_income": "5000", "household_property": "20000", "certificate_purpose": "申请助学金",
    "consent_economic_check": True, "promise_true": True,
}  # fmt: skip
PAPERS = (PaperIn("id_card"), PaperIn("hukou_book"), PaperIn("economic_authorisation"))


def split(clerk: Actor, *, at: dt.datetime = AT, key: str = "split", papers: tuple[PaperIn, ...] = PAPERS) -> Receipt:
    """Receive it at the clerk's center; it is handed over to 杨浦 at once, with one paper to follow."""
    met = with_mandate(clerk, at)
    intake = Intake(answers=ANSWERS, papers=papers, declarations=(), follow=("income_proof", "assets_proof"))
    return receive.receive(clerk, Order(met.visit, ITEM, intake), at=at, key=key)


def putuo() -> Actor:
    """A clerk of the receiving center."""
    return staff(PUTUO)


def yangpu(*powers: str, ref: str = "") -> Actor:
    """A clerk of the home center."""
    return staff(YANGPU, *powers, ref=ref)
