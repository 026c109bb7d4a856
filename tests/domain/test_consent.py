"""Mandates and consents: each limit fails with its own name."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.domain.consent import (
    Consent,
    Mandate,
    allows,
    covers,
    make_consent,
    make_mandate,
    revoke,
    used,
    withdraw,
)
from tongban.domain.refusals import Refused

D = dt.date
NOON = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SON = Mandate("father", "son", "written", D(2026, 11, 1), D(2026, 11, 30), ("jinglaoka",), paper="sm3:00")
VISIT = Consent("father", "receive", ("id_card", "hukou_book"), NOON, "son", until=NOON + HOUR, about="visit:1")

replace = msgspec.structs.replace


def code_of(act: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)  # type: ignore[operator]
    assert caught.value.text.zh and caught.value.text.en and caught.value.advice is not None
    return caught.value.code


def test_a_mandate_covers_its_items_in_its_time() -> None:
    for day in (D(2026, 11, 1), D(2026, 11, 30)):
        covers(make_mandate(SON), "jinglaoka", day)
    assert code_of(covers, SON, "jinglaoka", D(2026, 10, 31)) == "mandate.not_yet"
    assert code_of(covers, SON, "jinglaoka", D(2026, 12, 1)) == "mandate.ended"
    assert code_of(covers, SON, "lianzufang", D(2026, 11, 2)) == "mandate.item"
    covers(replace(SON, items=(), all_items=True), "lianzufang", D(2026, 11, 2))


def test_a_revoked_mandate_ends_on_the_day() -> None:
    gone = revoke(revoke(SON, D(2026, 11, 10)), D(2026, 11, 20))
    covers(gone, "jinglaoka", D(2026, 11, 9))
    assert code_of(covers, gone, "jinglaoka", D(2026, 11, 10)) == "mandate.revoked"


def test_only_a_guardianship_is_open_ended() -> None:
    mother = Mandate("child", "mother", "guardian", D(2020, 1, 1), all_items=True, paper="sm3:01")
    covers(make_mandate(mother), "anything", D(2030, 1, 1))
    assert code_of(make_mandate, replace(SON, valid_until=None)) == "mandate.open_end"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"agent": "father"}, "mandate.self"),
        ({"items": ()}, "mandate.items"),
        ({"all_items": True}, "mandate.items"),
        ({"valid_until": D(2026, 10, 1)}, "mandate.dates"),
        ({"paper": ""}, "mandate.paper"),
    ],
)
def test_what_is_no_mandate(change: dict[str, object], code: str) -> None:
    assert code_of(make_mandate, replace(SON, **change)) == code


def ask(consent: Consent, kind: str = "id_card", at: dt.datetime = NOON, **other: str) -> None:
    allows(consent, kind, at, **{"person": "father", "purpose": "receive", "about": "visit:1", **other})


def test_a_consent_allows_what_was_agreed() -> None:
    ask(make_consent(VISIT))
    ask(VISIT, "hukou_book", NOON + HOUR - dt.timedelta(seconds=1))
    assert code_of(ask, VISIT, "marriage_cert") == "consent.kind"
    assert code_of(ask, VISIT, at=NOON - HOUR) == "consent.not_yet"
    assert code_of(ask, VISIT, at=NOON + HOUR) == "consent.ended"
    assert code_of(ask, VISIT, person="son") == "consent.person"
    assert code_of(ask, VISIT, purpose="statistics") == "consent.other_purpose"
    assert code_of(ask, VISIT, about="visit:2") == "consent.about"
    ask(replace(VISIT, about=""), about="visit:2")


def test_once_is_once_and_withdrawn_is_withdrawn() -> None:
    once = replace(VISIT, once=True, until=None)
    ask(make_consent(once))
    assert code_of(ask, used(used(once, NOON), NOON + HOUR)) == "consent.used"
    assert used(used(once, NOON), NOON + HOUR).used_at == NOON
    ask(used(VISIT, NOON))
    taken_back = withdraw(VISIT, NOON + HOUR / 2)
    ask(taken_back)
    assert code_of(ask, taken_back, at=NOON + HOUR / 2) == "consent.withdrawn"
    assert withdraw(taken_back, NOON + HOUR) == taken_back


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purpose": " "}, "consent.purpose"),
        ({"kinds": ()}, "consent.kinds"),
        ({"until": None}, "consent.until"),
        ({"until": NOON}, "consent.until"),
    ],
)
def test_what_is_no_consent(change: dict[str, object], code: str) -> None:
    assert code_of(make_consent, replace(VISIT, **change)) == code


def test_moments_have_a_zone() -> None:
    with pytest.raises(ValueError):
        ask(VISIT, at=dt.datetime(2026, 11, 21))


@settings(max_examples=60, deadline=None)
@given(st.dates(D(2026, 1, 1), D(2027, 1, 1)), st.dates(D(2026, 1, 1), D(2027, 1, 1)), st.booleans())
def test_revoking_never_widens(on: D, from_: D, known: bool) -> None:
    def holds(mandate: Mandate) -> bool:
        try:
            covers(mandate, "jinglaoka" if known else "other", on)
        except Refused:
            return False
        return True

    assert holds(SON) or not holds(revoke(SON, from_))
    assert holds(SON) == (known and D(2026, 11, 1) <= on <= D(2026, 11, 30))
