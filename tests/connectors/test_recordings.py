"""Reading: what was recorded is understood exactly; anything odd in it is refused."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from tests.connectors.people import subject
from tongban import connectors
from tongban.connectors.gongan import mapping as gongan
from tongban.connectors.minzheng import mapping as minzheng
from tongban.connectors.renshe import mapping as renshe
from tongban.connectors.weijian import mapping as weijian
from tongban.connectors.wire import NotUnderstood, day, end_day, money
from tongban.connectors.yibao import mapping as yibao
from tongban.simulated.city import WRONGS
from tongban.simulated.named import GUIFANG, JIANGUO, LIPING, NEW_FATHER, NEW_MOTHER, RELIEVED
from tongban.simulated.wrong import spoil

FOLDER = Path(connectors.__file__).parent
AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def recorded(department: str, name: str) -> bytes:
    return (FOLDER / department / "recordings" / f"{name}.json").read_bytes()


READERS = {
    ("gongan", "licences"): lambda raw: gongan.licences(raw, subject(GUIFANG), tuple(gongan.KINDS), AT),
    ("gongan", "licences_from_elsewhere"): lambda raw: gongan.licences(
        raw, subject(NEW_MOTHER), tuple(gongan.KINDS), AT
    ),
    ("gongan", "verify_hukou"): lambda raw: gongan.verified(raw, subject(GUIFANG), "hukou"),
    ("gongan", "verify_permit"): lambda raw: gongan.verified(raw, subject(NEW_MOTHER), "permit"),
    ("gongan", "verify_no_crime"): lambda raw: gongan.verified(raw, subject(RELIEVED), "nocrime"),
    ("minzheng", "marriage"): lambda raw: minzheng.licences(raw, subject(JIANGUO), tuple(minzheng.KINDS), AT),
    ("minzheng", "relief"): lambda raw: minzheng.licences(raw, subject(RELIEVED), tuple(minzheng.KINDS), AT),
    ("minzheng", "verify_marital"): lambda raw: minzheng.verified(raw, subject(JIANGUO), "marital"),
    ("minzheng", "verify_widowed"): lambda raw: minzheng.verified(raw, subject(GUIFANG), "marital"),
    ("minzheng", "verify_relief"): lambda raw: minzheng.verified(raw, subject(RELIEVED), "relief"),
    ("minzheng", "verify_means"): lambda raw: minzheng.verified(raw, subject(GUIFANG), "means"),
    ("renshe", "employment"): lambda raw: renshe.employment(raw, subject(JIANGUO)),
    ("renshe", "pension"): lambda raw: renshe.pension(raw, subject(GUIFANG)),
    ("renshe", "book"): lambda raw: renshe.licences(raw, subject(JIANGUO), AT),
    ("yibao", "person_employee"): lambda raw: yibao.licences(raw, "recorded-1", subject(JIANGUO), AT),
    ("yibao", "person_resident"): lambda raw: yibao.person(raw, "recorded-2", subject(GUIFANG)),
    ("weijian", "births_of_father"): lambda raw: weijian.licences(raw, subject(NEW_FATHER), AT),
}


@pytest.mark.parametrize("which", READERS, ids="/".join)
def test_a_recording_is_understood(which):
    assert READERS[which](recorded(*which))


@pytest.mark.parametrize("kind", [k for k in WRONGS if k != "huge"])
@pytest.mark.parametrize("which", READERS, ids="/".join)
def test_every_wrong_answer_is_refused(which, kind):
    body = json.loads(recorded(*which))
    spoilt = spoil(body, body, kind, 0)
    with pytest.raises(NotUnderstood) as refused:
        READERS[which](spoilt)
    assert "310110" not in refused.value.where
    assert "沈" not in refused.value.where


@pytest.mark.parametrize("which", READERS, ids="/".join)
def test_no_single_field_may_be_missing_null_or_of_another_type(which):
    """Each leaf of the recording, one at a time: refused, or (an optional field) read without it; never an accident."""
    body = json.loads(recorded(*which))
    changed = 0
    for holder, key in list(_leaves(body)):
        before = holder[key]
        for odd in (None, [], {"a": 1}, 10**30, "\ud83d", ""):
            holder[key] = odd
            try:
                READERS[which](json.dumps(body).encode())
            except NotUnderstood:
                changed += 1
        for hostile in ("x" * 301, "沈\x00", "a\nb"):
            holder[key] = hostile
            with pytest.raises(NotUnderstood):
                READERS[which](json.dumps(body).encode())
        del holder[key]
        try:
            READERS[which](json.dumps(body).encode())
        except NotUnderstood:
            changed += 1
        holder[key] = before
    assert changed > 10


def _leaves(value):
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(one)
            if not isinstance(one, dict | list) and isinstance(value, dict):
                yield value, key


def test_the_identity_card_and_register_in_our_words():
    card, book, proof, receipt, clean = READERS["gongan", "licences"](recorded("gongan", "licences"))
    assert [x.kind for x in (card, book, proof)] == ["id_card", "hukou_book", "hukou_certificate"]
    assert card.fields == {
        "name": "沈桂芳",
        "id_number": GUIFANG.number,
        "sex": "female",
        "ethnic": "汉",
        "birth_date": "1948-03-12",
        "id_type": "id_card",
    }
    assert (card.issued, card.valid_until, card.as_of, card.source, card.grade) == (
        date(2009, 6, 1),
        None,
        AT,
        "gongan",
        "A",
    )
    assert book.fields["hukou_division"] == "310110009"
    assert book.fields["hukou_kind"] == "shanghai"
    assert (receipt.kind, receipt.fields["residence_division"]) == ("residence_receipt", "310112101")
    assert clean.kind == "no_crime_certificate"


def test_a_permit_of_somebody_from_elsewhere():
    found = {
        x.kind: x for x in READERS["gongan", "licences_from_elsewhere"](recorded("gongan", "licences_from_elsewhere"))
    }
    permit = found["residence_permit"]
    assert permit.fields["permit_number"] == "310104003000777"
    assert permit.fields["permit_valid_until"] == "2027-03-01" == permit.valid_until.isoformat()
    assert found["hukou_book"].fields["hukou_kind"] == "other"
    assert "hukou_division" not in found["hukou_book"].fields
    assert READERS["gongan", "verify_no_crime"](recorded("gongan", "verify_no_crime"))[0] is False


def test_marriage_relief_and_means():
    (cert,) = READERS["minzheng", "marriage"](recorded("minzheng", "marriage"))
    assert cert.fields["spouse_name"] == LIPING.name
    assert cert.fields["spouse_id_number"] == LIPING.number
    assert cert.fields["marriage_date"] == "1999-10-18"
    (relief,) = READERS["minzheng", "relief"](recorded("minzheng", "relief"))
    assert (relief.kind, relief.fields["relief_kind"]) == ("dibao_certificate", "dibao")
    assert READERS["minzheng", "verify_widowed"](recorded("minzheng", "verify_widowed")) == (
        False,
        {"marital_status": "widowed"},
    )
    holds, means = READERS["minzheng", "verify_means"](recorded("minzheng", "verify_means"))
    assert holds
    assert means == {
        "household_month_income": "1380.00",
        "household_year_income": "16560.00",
        "household_property": "20000.00",
        "household_size": 1,
    }


def test_work_insurance_and_birth():
    holds, job = READERS["renshe", "employment"](recorded("renshe", "employment"))
    assert holds
    assert job["employer_division"] == "310117105"
    assert READERS["renshe", "pension"](recorded("renshe", "pension"))[1]["receives_pension"] is True
    (record,) = READERS["yibao", "person_employee"](recorded("yibao", "person_employee"))
    assert record.fields["medical_insurance_kind"] == "employee"
    assert record.fields["phone"] == "13800138000"
    (birth,) = READERS["weijian", "births_of_father"](recorded("weijian", "births_of_father"))
    assert birth.fields["child_name"] == "陆一鸣"


def test_answers_about_nobody():
    assert gongan.licences(recorded("gongan", "licences_none"), subject(GUIFANG), ("id_card",), AT) == ()
    assert renshe.employment(recorded("renshe", "employment_none"), subject(GUIFANG)) == (False, {})
    assert yibao.person(recorded("yibao", "person_unknown"), "recorded-3", subject(GUIFANG)) is None
    assert weijian.licences(recorded("weijian", "births_none"), subject(GUIFANG), AT) == ()


def test_licences_that_were_not_asked_for_are_refused():
    with pytest.raises(NotUnderstood):
        gongan.licences(recorded("gongan", "licences"), subject(GUIFANG), ("id_card",), AT)


def test_an_answer_to_another_message_is_refused():
    with pytest.raises(NotUnderstood):
        yibao.person(recorded("yibao", "person_employee"), "recorded-9", subject(JIANGUO))


def test_what_is_given_is_data_that_can_be_stored():
    for licence in READERS["gongan", "licences"](recorded("gongan", "licences")):
        assert msgspec.json.decode(msgspec.json.encode(licence), type=type(licence)) == licence


@pytest.mark.parametrize(
    "text", ["", "2026", "20260230", "2026-02-30", "18690101", "２０２６０１０１", "20261301", "长期"]
)
def test_there_is_no_such_day(text):
    with pytest.raises(NotUnderstood):
        day(text, "x")


def test_days_and_money():
    assert day("20240229", "x") == day("2024-02-29", "x") == date(2024, 2, 29)
    assert end_day("长期", "x") is None
    assert money("1380.00", "x") == "1380.00"
    for odd in ("-1.00", "1.0", "1e9", "", ".50", "1.", "９.00", "1.²²"):
        with pytest.raises(NotUnderstood):
            money(odd, "x")
