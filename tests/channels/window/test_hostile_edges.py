"""What no honest page sends: NUL in addresses and fields, invented cursors. Each is told as a refusal, never as our fault."""

import base64
import json

import pytest

from tests.channels.window.work_members import BACK_OFFICE, client_of, hire
from tests.flows.people import PUTUO
from tongban.plumbing.ids import new_id

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]


def cursor(*place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "address",
    [
        "/window/case/%00/",
        "/window/case/%ED%A0%80/",
        f"/window/case/{'9' * 400}/",
        "/window/work/find?number=%00",
        "/window/work/find?number=" + "%00" * 22,
        "/window/work/?item=%F0%9F%98%80&state=x&light=y",
        f"/window/work/?cursor={cursor('0001-01-01', chr(0))}",
        f"/window/work/?cursor={cursor('2026-01-01', 5)}",
        "/window/work/?cursor=%00%ff",
        f"/window/work/?center={PUTUO[:3]}",
        "/window/visit/01990000-0000-7000-8000-000000000001/find?q=%00",
        "/window/visit/01990000-0000-7000-8000-000000000002/case/x/paper/receipt",
        "/v/%00",
        "/v/?number=%00&check=%00",
        "/items/?q=%00",
        "/items/?q=%E2%80%AE%F0%9F%98%80" + "a" * 3000,
        "/centers/?district=%00&q=%00",
        "/p/abc",
    ],
)
def test_broken_addresses_are_refused_not_broken(address: str) -> None:
    assert client_of(hire("edge", "边界", PUTUO)).get(address).status_code < 500


@pytest.mark.parametrize("place", [("2026-01-01", "no-uuid"), ("2026-01-01", "\x00"), ("2026-01-01",), (10**30, "x")])
def test_an_invented_cursor_of_enquiries_is_refused(place: tuple[object, ...]) -> None:
    client = client_of(hire("archives", "档案", "310000", ("enquiry.answer/dangan",)))
    assert client.get("/window/enquiries/").status_code == 200
    assert client.get(f"/window/enquiries/?cursor={cursor(*place)}").status_code == 422


@pytest.mark.parametrize("place", [(10**30,), (-(10**30),), (10**40,), ("\x00",), (1, 2)])
def test_an_invented_cursor_of_the_trail_is_refused(place: tuple[object, ...]) -> None:
    client = client_of(hire("auditor", "审计", "310000", ("audit.read",)))
    assert client.get(f"/console/audit?cursor={cursor(*place)}").status_code in (200, 422)


@pytest.mark.parametrize("bad", ["\x00", "‮", "１" * 50, "1" * 400, "😀", "\x7f", "\u2028"])
def test_odd_characters_at_the_start_of_a_visit(bad: str) -> None:
    client = client_of(hire("clerk", "窗口", PUTUO, BACK_OFFICE))
    base = {
        "for": "other", "kind": "citizen", "number": "310110194803120284", "name": "沈桂芳", "agent_kind": "citizen",
        "agent_number": "310110197209300155", "agent_name": "沈建国", "mandate": "written", "until": "2099-12-31",
        "paper": "wt-1",
    }  # fmt: skip
    for name in (
        "paper",
        "name",
        "agent_name",
        "number",
        "agent_number",
        "birth",
        "until",
        "token",
        "key",
        "for",
        "kind",
    ):
        sent = {"key": str(new_id()), **base, name: bad}
        assert client.post("/window/meet", sent).status_code < 500, name


@pytest.mark.parametrize("bad", ["\x00", "‮", "1" * 400, "😀", "310107015\n"])
def test_odd_characters_in_the_forms_of_the_console(bad: str) -> None:
    client = client_of(hire("boss", "主任", "310107", ("staff.manage", "audit.read", "catalog.publish", "board.read")))
    other = hire("other", "同事", PUTUO)
    member = other.ref.removeprefix("staff:")
    for name in ("power", "place", "until"):
        sent = {"power": "board.read", "place": PUTUO, "until": "20990331", name: bad}
        assert client.post(f"/console/staff/{member}/grant", sent).status_code < 500, name
    for name in ("name", "place", "expires", "power"):
        sent = {"name": "机器", "place": PUTUO, "expires": "2027-01-01", "power": "case.read", name: bad}
        assert client.post("/console/tokens", sent).status_code < 500, name
    for name in ("login", "name", "center"):
        sent = {"login": "x.y.z", "name": "某某", "center": PUTUO, name: bad}
        assert client.post("/console/staff/new", sent).status_code < 500, name
    for name in ("q", "place", "after", "of", "person", "case", "acts", "since", "until", "cursor"):
        for page in ("staff", "audit", "catalog", "board", "centers"):
            assert client.get(f"/console/{page}", {name: bad}).status_code < 500, (page, name)
    long = {"power": "enquiry.answer/" + "a" * 45, "place": PUTUO}
    assert client.post(f"/console/staff/{member}/grant", long).status_code == 422
    assert client.post(f"/console/staff/{member}/grant", {"power": "case.read/x", "place": PUTUO}).status_code == 422
