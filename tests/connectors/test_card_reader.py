"""The identity-card reader over loopback, its simulator, and cards that cannot be."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from tongban.config import wiring
from tongban.connectors.card_reader.adapter import _Card, _understood
from tongban.connectors.wire import NotUnderstood
from tongban.domain.ports import CardRead, NotThere, Unavailable
from tongban.simulated.named import EXPIRED_CARD, GUIFANG


@pytest.fixture
def put_on(settings, city_url: str) -> Iterator:
    settings.TONGBAN_CARD_READER_URL = f"{city_url}/card-reader"
    wiring.forget()

    def insert(**who: str) -> None:
        answer = httpx.post(f"{city_url}/card-reader/insert", json=who, timeout=60, trust_env=False)
        assert answer.status_code == 200, answer.text

    yield insert
    insert()
    wiring.forget()


def test_empty_then_a_card_then_empty(put_on):
    put_on()
    assert isinstance(wiring.card_reader().read(), NotThere)
    put_on(name="沈桂芳")
    assert wiring.card_reader().read() == CardRead(
        name="沈桂芳",
        number=GUIFANG.number,
        sex="female",
        nation="汉",
        birth=date(1948, 3, 12),
        address=GUIFANG.hukou_address,
        valid_from=date(2009, 6, 1),
        valid_until=None,
    )
    put_on()
    assert isinstance(wiring.card_reader().read(), NotThere)


def test_an_expired_card_of_a_long_name_is_read_and_its_dates_say_so(put_on):
    put_on(number=EXPIRED_CARD.number)
    card = wiring.card_reader().read()
    assert isinstance(card, CardRead)
    assert card.name == "阿依古丽·买买提"
    assert card.valid_until == date(2024, 6, 20)


def test_no_reader(settings):
    settings.TONGBAN_CARD_READER_URL = "http://127.0.0.1:9"
    wiring.forget()
    answer = wiring.card_reader().read()
    wiring.forget()
    assert isinstance(answer, Unavailable)
    assert "手工输入" in answer.why.zh


@pytest.mark.parametrize(
    "odd",
    [
        {"birth": "19480313"},
        {"sex": "男"},
        {"number": "31011019480312028"},
        {"number": "31011019480312028A4"},
        {"number": "A" * 18},
        {"name": " "},
        {"validTo": "永远"},
    ],
)
def test_a_card_that_contradicts_itself_is_not_believed(odd):
    said = {
        "name": "沈桂芳",
        "sex": "女",
        "nation": "汉",
        "birth": "19480312",
        "address": "上海市",
        "number": GUIFANG.number,
        "validFrom": "20090601",
        "validTo": "长期",
    }
    assert _understood(_Card(**said)).number == GUIFANG.number
    with pytest.raises(NotUnderstood):
        _understood(_Card(**(said | odd)))
