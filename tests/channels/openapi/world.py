"""What the API tests send: the people and papers of the flow tests, as JSON."""

from typing import Any

from tests.flows.people import YANGPU
from tests.flows.test_receive import JINGLAOKA

MOTHER = {"name": "沈桂芳", "number": "310110194803120284"}
SON = {"name": "沈建国", "number": "310110197209300155"}
BROUGHT = {
    "item": "jinglaoka",
    "answers": JINGLAOKA,
    "papers": [{"material": "id_card"}],
    "declarations": ["tax_statement"],
}
AT_ONCE: dict[str, Any] = BROUGHT | {"applicant": MOTHER, "how": "card"}
MANDATE = {"paper": "wt-1", "until": "2027-12-31"}
NOWHERE = "310110009260901000009Z"
__all__ = ["AT_ONCE", "BROUGHT", "MANDATE", "MOTHER", "NOWHERE", "SON", "YANGPU"]


def pointers(answer: Any) -> set[str]:
    """Where the problems of an answer point to."""
    return {e["pointer"] for e in answer.json()["errors"]}
