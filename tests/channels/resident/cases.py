"""A case for the pages of the public: received at a counter as clerks do it."""

import datetime as dt

from tests.flows.people import PUTUO, staff, with_mandate
from tests.flows.test_receive import jinglaoka
from tongban.domain.facts import Point
from tongban.flows import handle, receive
from tongban.flows.receive import Receipt

CLERK = staff(PUTUO)


def received(at: dt.datetime, key: str = "k1") -> Receipt:
    """敬老卡, accepted at once."""
    met = with_mandate(CLERK, at)
    return receive.receive(CLERK, jinglaoka(met.visit), at=at, key=key)


def correcting(at: dt.datetime) -> Receipt:
    """The same, with two things to correct: a paper and an entry."""
    receipt = received(at)
    points = [Point("paper", "tax_statement", "not_stamped"), Point("field", "residence_address", "incomplete")]
    handle.ask_correction(CLERK, receipt.number, points, "请补签名", at=at)
    return receipt
