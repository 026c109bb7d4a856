"""Who may do what: tokens against resources. What a token may not see does not exist for it, and it is not counted either."""

import datetime as dt
from typing import Any

import pytest

from tests.channels.openapi.conftest import MANAGER, Machine
from tests.channels.openapi.world import AT_ONCE, BROUGHT, MOTHER, NOWHERE
from tests.conftest import AT
from tests.flows.people import PUTUO, YANGPU
from tongban.flows import staffing
from tongban.plumbing import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]

LOOK = {"reason": "核对"}
ANY = "0190f6f0-0000-7000-8000-000000000000"
# resource -> (method, path, body); {n} is a case of 普陀, {v} a visit that the receiver there began.
RESOURCES: dict[str, tuple[str, str, Any]] = {
    "me": ("GET", "/me", None),
    "items": ("GET", "/items", None),
    "search": ("GET", "/items/search?q=敬老卡", None),
    "item": ("GET", "/items/jinglaoka", None),
    "guide": ("GET", "/items/jinglaoka/guide", None),
    "centers": ("GET", "/centers?district=310107", None),
    "catalog": ("GET", "/catalog", None),
    "board": ("GET", "/board", None),
    "case": ("GET", "/cases/{n}", None),
    "log": ("GET", "/cases/{n}/log", None),
    "timeline": ("GET", "/cases/{n}/timeline", None),
    "receipt": ("GET", "/cases/{n}/prints/receipt", None),
    "look": ("POST", "/cases/{n}/look", LOOK),
    "visit": ("GET", "/visits/{v}", None),
    "look at person": ("POST", "/visits/{v}/look", LOOK),
    "draft": ("POST", "/visits/{v}/drafts", BROUGHT),
    "drafts away": ("GET", "/visits/{v}/drafts-away", None),
    "bring": ("POST", f"/visits/{{v}}/drafts/{ANY}/bring", {}),
    "brought": ("GET", f"/visits/{{v}}/drafts/{ANY}/bring", None),
    "assess": ("POST", "/assess", BROUGHT),
    "meet": ("POST", "/visits", {"applicant": MOTHER}),
    "receive": ("POST", "/cases", AT_ONCE),
    "decide": ("POST", "/cases/{n}/decide", {"granted": True}),
    "revoke": ("POST", "/cases/{n}/revoke", {"law": "行政许可法第六十九条"}),
}
CATALOG = dict.fromkeys(("me", "items", "search", "item", "guide", "centers", "catalog"), 200)
HIDDEN = dict.fromkeys(
    (
        "case",
        "log",
        "timeline",
        "receipt",
        "visit",
        "look at person",
        "draft",
        "drafts away",
        "bring",
        "brought",
        "decide",
        "revoke",
    ),
    404,
)
# Whoever may look at nobody is told so whatever the number is.
CLOSED = dict.fromkeys(("board", "assess", "meet", "receive", "look"), 403)
SEEN = dict.fromkeys(("case", "log", "timeline"), 200)
NOBODY = dict.fromkeys(RESOURCES, 401)
# token (place, powers) -> what it gets. Everything not named here is CATALOG, HIDDEN or CLOSED.
TOKENS: dict[str, tuple[str, tuple[str, ...], dict[str, int]]] = {
    "nothing but a board": (PUTUO, ("board.read",), {"board": 200}),
    "reader": (PUTUO, ("case.read",), SEEN | {"receipt": 403, "look": 403, "decide": 403, "revoke": 403}),
    "reader of the district": ("310107", ("case.read",), SEEN | {"receipt": 403, "look": 403, "decide": 403, "revoke": 403}),
    "reader elsewhere": (YANGPU, ("case.read",), {}),
    "everything elsewhere": (YANGPU, ("case.read", "case.receive", "case.handle", "case.supervise", "person.read", "board.read"),
                             {"look": 404, "board": 200, "assess": 200, "meet": 201, "receive": 201}),
    "looker": (PUTUO, ("case.read", "person.read"), SEEN | {"receipt": 200, "look": 200, "decide": 403, "revoke": 403}),
    "handler": (PUTUO, ("case.read", "case.handle"), SEEN | {"receipt": 200, "look": 403, "decide": 200, "revoke": 403}),
    "supervisor": (PUTUO, ("case.read", "case.supervise"), SEEN | {"receipt": 403, "look": 403, "decide": 403, "revoke": 409}),
    "another receiver": (PUTUO, ("case.receive",), {"assess": 200, "meet": 201, "receive": 201}),
}  # fmt: skip


def ask(m: Any, resource: str, n: str, v: str) -> int:
    method, path, body = RESOURCES[resource]
    return int(m(method, path.format(n=n, v=v), body).status_code)


@pytest.fixture
def theirs(machine: Any) -> tuple[str, str]:
    """A case and a visit of 普陀."""
    m = machine()
    number = m.post("/cases", AT_ONCE).json()["number"]
    return number, m.post("/visits", {"applicant": MOTHER}).json()["visit"]


@pytest.mark.parametrize("who", TOKENS)
def test_each_token_gets_what_it_may(who: str, machine: Any, theirs: tuple[str, str]) -> None:
    place, powers, own = TOKENS[who]
    m = machine(place, *powers)
    expected = CATALOG | HIDDEN | CLOSED | own
    assert set(expected) == set(RESOURCES)
    # Decisions last: they change the case.
    assert {r: ask(m, r, *theirs) for r in RESOURCES} == {r: expected[r] for r in RESOURCES}


def test_without_a_sound_token_nothing_opens(machine: Any, theirs: tuple[str, str]) -> None:
    for raw in ("", "tb_made-up", "tb_" + "x" * 300, "Basic"):
        assert {r: ask(Machine(raw), r, *theirs) for r in RESOURCES} == NOBODY


def test_ended_and_expired_tokens_are_told_alike(machine: Any) -> None:
    token = staffing.issue_token(MANAGER, "t", PUTUO, [("case.read", PUTUO)], expires=AT + dt.timedelta(hours=1), at=AT)
    m = Machine(token.raw)
    assert m.get("/me").status_code == 200
    with clock.fixed(AT + dt.timedelta(hours=2)):
        expired = m.get("/me")
    staffing.revoke_token(MANAGER, token.id, at=AT)
    ended, unknown = m.get("/me"), Machine("tb_unknown").get("/me")
    assert expired.content == ended.content == unknown.content and ended.status_code == 401
    assert ended["WWW-Authenticate"].startswith("Bearer")


def test_unknown_and_not_yours_are_one_answer(machine: Any, theirs: tuple[str, str]) -> None:
    m = machine(YANGPU)
    yours, nobodys = m.get(f"/cases/{theirs[0]}"), m.get(f"/cases/{NOWHERE}")
    assert yours.status_code == nobodys.status_code == 404 and yours.content == nobodys.content


def test_lists_and_counts_hold_only_what_may_be_seen(machine: Any, theirs: tuple[str, str]) -> None:
    elsewhere = machine(YANGPU)
    assert elsewhere.get("/cases").json() == {"rows": [], "next": ""}
    assert elsewhere.get("/cases/summary").json()["total"] == 0
    assert elsewhere.get(f"/cases?center={PUTUO}").status_code == 403
    assert [r["number"] for r in machine("310107", "case.read").get("/cases").json()["rows"]] == [theirs[0]]
    board = machine(YANGPU, "board.read").get("/board").json()
    assert board["total"]["received"] == 0 and [c["code"] for c in board["centers"]] == [YANGPU]


def test_a_visit_belongs_to_the_token_that_began_it(machine: Any, theirs: tuple[str, str]) -> None:
    again = machine()
    answer = again.post("/cases", BROUGHT | {"visit": theirs[1]})
    assert (answer.status_code, answer.json()["code"]) == (404, "visit.not_found")


def test_a_token_of_several_counters_says_which(machine: Any) -> None:
    m = machine("310107", "case.receive")
    assert m.post("/cases", AT_ONCE).status_code in (403, 422)
    assert m.post("/cases", AT_ONCE | {"center": PUTUO}).json()["receiving"] == PUTUO
    assert m.post("/cases", AT_ONCE | {"center": YANGPU}).status_code == 403
