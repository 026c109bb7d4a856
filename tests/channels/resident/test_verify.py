"""The verify page: genuine papers and no others, and nothing about a person."""

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.channels.resident.cases import CLERK, received
from tests.conftest import AT
from tests.flows.people import MOTHER, SON
from tongban.flows import handle
from tongban.plumbing import clock
from tongban.reads.paper import verify_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_a_genuine_paper_is_told_with_its_state_then_and_now(client: Client) -> None:
    receipt = received(AT)
    code = verify_code("acceptance", receipt.number, 2)
    text = body(client.get(f"/v/acceptance-{receipt.number}-2-{code}"))
    for words in ("是真的", "受理通知书", receipt.number, "敬老卡申领", "长寿路街道社区事务受理服务中心", "部门受理"):
        assert words in text
    assert "新的进展" not in text
    handle.decide(CLERK, receipt.number, True, at=AT)
    later = body(client.get(f"/v/acceptance-{receipt.number}-2-{code}"))
    assert "办结（通过）" in later
    assert "新的进展" in later
    for personal in (MOTHER.name, SON.name, MOTHER.number, "13800138000", receipt.query_code):
        assert personal not in later


def test_typed_from_the_paper(client: Client) -> None:
    receipt = received(AT)
    code = verify_code("receipt", receipt.number, 2)
    spaced = f"{receipt.number[:9]} {receipt.number[9:15]} {receipt.number[15:]}"
    answer = client.get("/v/", {"number": spaced, "check": f" {code[:8].lower()} {code[8:]} "})
    assert answer.headers["Location"] == f"/v/receipt-{receipt.number}-2-{code}"
    assert "收件凭证" in body(client.get(answer.headers["Location"]))


def test_a_changed_paper_is_not_confirmed(client: Client) -> None:
    receipt, other = received(AT), received(AT, "k2")
    code = verify_code("acceptance", receipt.number, 2)
    for forged in (
        f"decision-{receipt.number}-2-{code}",
        f"acceptance-{other.number}-2-{code}",
        f"acceptance-{receipt.number}-1-{code}",
        f"acceptance-{receipt.number}-2-{code[:-1]}{'0' if code[-1] != '0' else '1'}",
        f"acceptance-{receipt.number}-2-",
        f"acceptance-{receipt.number}-9-{verify_code('acceptance', receipt.number, 9)}",
        f"nonsense-{receipt.number}-2-{verify_code('nonsense', receipt.number, 2)}",
        "x" * 3000,
        "---",
        "acceptance-'%20or%201=1---",
    ):
        answer = client.get(f"/v/{forged}")
        assert answer.status_code == 404, forged
        assert "不能确认" in body(answer), forged
        assert "是真的" not in body(answer)
    # An address that no browser sends is nobody's: told so before any page is asked.
    answer = client.get("/v/%00")
    assert answer.status_code == 404 and "是真的" not in body(answer)


def test_typed_nonsense_keeps_what_was_typed(client: Client) -> None:
    receipt = received(AT)
    answer = client.get("/v/", {"number": receipt.number, "check": "<b>0123</b>"})
    assert answer.status_code == 404
    assert "&lt;b&gt;0123" in body(answer)
    assert receipt.number in body(answer)
    assert client.get("/v/", {"number": "1", "check": "2"}).status_code == 404
    assert client.get("/v/").status_code == 200


def test_a_code_of_another_key_is_not_ours(client: Client) -> None:
    from tongban.plumbing import crypto

    receipt = received(AT)
    mine = crypto.keyring()
    crypto.use(crypto.Keyring({1: bytes(16)}, bytes(32), bytes(32)))
    forged = verify_code("receipt", receipt.number, 2)
    crypto.use(mine)
    assert client.get(f"/v/receipt-{receipt.number}-2-{forged}").status_code == 404
