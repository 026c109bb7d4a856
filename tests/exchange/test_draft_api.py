"""A draft that lies at another node, for machines: named, fetched under a key, asked after until it has come, and gone on with; where it
was, a save is refused as ``draft.away`` and it is fetched back the same way."""

import datetime as dt

import pytest

from tests.channels.openapi.conftest import MANAGER, Machine
from tests.channels.openapi.world import BROUGHT, MOTHER, SON
from tests.conftest import AT
from tests.exchange.town import Town
from tests.flows.people import PUTUO, YANGPU
from tongban.flows import staffing
from tongban.plumbing import clock

LATER = AT + dt.timedelta(hours=1)
CENTERS = {"putuo": PUTUO, "yangpu": YANGPU}


class Kiosk:
    """A machine at a center, with a person before it."""

    def __init__(self, town: Town, code: str, person: dict[str, str] = MOTHER) -> None:
        self.town, self.code, center = town, code, CENTERS[code]
        with town.at(code):
            end = AT + dt.timedelta(days=30)
            token = staffing.issue_token(
                MANAGER, f"自助机{code}{person['number']}", center, [("case.receive", center)], expires=end, at=AT
            )
            self.machine = Machine(token.raw)
        self.visit = self.post("/visits", {"applicant": person, "how": "card"}).json()["visit"]
        town.carry()

    def post(self, path: str, body: object = None, **more):
        with self.town.at(self.code):
            return self.machine.post(path, body, **more)

    def put(self, path: str, body: object):
        with self.town.at(self.code):
            return self.machine("PUT", path, body)

    def get(self, path: str):
        with self.town.at(self.code):
            return self.machine.get(path)

    def drafts(self, more: str = "") -> str:
        return f"/visits/{self.visit}/drafts{more}"


@pytest.fixture(autouse=True)
def _now(town: Town):
    town.talk()
    with clock.fixed(LATER):
        yield


def begun(town: Town) -> tuple[Kiosk, str]:
    home = Kiosk(town, "putuo")
    draft = home.post(home.drafts(), BROUGHT).json()["id"]
    town.carry()
    return home, draft


def test_it_is_named_fetched_asked_after_and_gone_on_with(town: Town) -> None:
    home, draft = begun(town)
    there = Kiosk(town, "yangpu")
    (named,) = there.get(there.drafts("-away")).json()
    assert (named["id"], named["kind"], named["code"], named["state"]) == (draft, "item", "jinglaoka", "away")
    assert home.get(home.drafts("-away")).json() == [], "at home it lies here"
    bring = there.drafts(f"/{draft}/bring")
    assert there.get(bring).json()["state"] == "away"
    asked = there.post(bring, {}, key="b")
    assert asked.status_code == 200, asked.content
    assert (asked.json()["node"], asked.json()["here"]) == ("putuo", False) and asked.json()["name"]["zh"]
    again = there.post(bring, {}, key="b")
    assert again.content == asked.content
    assert there.get(bring).json()["state"] == "coming"
    town.carry()
    sent = [one for bag in town.carried for one in bag.letters if b'"draft_wanted"' in one]
    assert len(sent) == 1, "sent twice it is asked once"
    assert there.get(bring).json()["state"] == "here"
    assert there.post(bring, {}, key="b").content == asked.content
    assert there.post(bring, {}, key="c").json()["here"] is True
    loaded = there.get(there.drafts(f"/{draft}"))
    assert loaded.json()["intake"]["answers"] == BROUGHT["answers"] and loaded.json()["rev"] == 1
    assert there.put(there.drafts(f"/{draft}"), BROUGHT | {"rev": 1}).json()["rev"] == 2


def test_a_save_where_it_was_is_refused_and_it_is_fetched_back(town: Town) -> None:
    home, draft = begun(town)
    there = Kiosk(town, "yangpu")
    there.post(there.drafts(f"/{draft}/bring"), {})
    town.carry()
    late = home.put(home.drafts(f"/{draft}"), BROUGHT | {"rev": 1})
    assert (late.status_code, late.json()["code"], late.json()["errors"][0]["pointer"]) == (409, "draft.away", "/draft")
    received = home.post("/cases", BROUGHT | {"visit": home.visit, "draft": draft})
    assert (received.status_code, received.json()["code"]) == (409, "draft.away")
    assert home.get(home.drafts(f"/{draft}/bring")).json()["state"] == "away"
    back = home.post(home.drafts(f"/{draft}/bring"), {}).json()
    assert (back["node"], back["here"]) == ("yangpu", False)
    assert home.get(home.drafts(f"/{draft}/bring")).json()["state"] == "coming"
    town.carry()
    assert home.get(home.drafts(f"/{draft}/bring")).json()["state"] == "here"
    assert home.post("/cases", BROUGHT | {"visit": home.visit, "draft": draft}).status_code == 201


def test_what_was_handed_in_meanwhile_is_said_with_its_number(town: Town) -> None:
    home, draft = begun(town)
    there = Kiosk(town, "yangpu")
    number = home.post("/cases", BROUGHT | {"visit": home.visit, "draft": draft}).json()["number"]
    bring = there.drafts(f"/{draft}/bring")
    assert there.post(bring, {}).json()["here"] is False, "it was not heard of yet"
    town.carry()
    told = there.get(bring).json()
    assert (told["state"], told["number"]) == ("used", number)
    refused = there.post(bring, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "draft.used")
    assert refused["Content-Type"] == "application/problem+json"


def test_nobody_fetches_the_draft_of_somebody_else(town: Town) -> None:
    _, draft = begun(town)
    Kiosk(town, "yangpu")
    other = Kiosk(town, "yangpu", SON)
    assert other.get(other.drafts("-away")).json() == []
    for answer in (other.post(other.drafts(f"/{draft}/bring"), {}), other.get(other.drafts(f"/{draft}/bring"))):
        assert (answer.status_code, answer.json()["code"]) == (404, "draft.not_found")
    keyless = other.post(other.drafts(f"/{draft}/bring"), {}, key="")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "request.no_key")
