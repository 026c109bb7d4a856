"""Codes of organisations, cases, items, e-licences, cards and phones."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn as stdnum_luhn
from stdnum.cn import uscc
from stdnum.iso7064 import mod_37_36 as stdnum_37_36

from tongban.domain import codes
from tongban.domain.check_digits import ALNUM, CREDIT_ALPHABET, luhn, mod_31, mod_37_36
from tongban.domain.refusals import Refused

CREDIT = ["91110000600037341L", "54310101MEABCDEF1W", "N2310101MF12345674", "Y1310000MB0000001E"]
CENTER = "310107005"
DAY = dt.date(2026, 11, 21)


def code_of(function: object, *args: object) -> str:
    with pytest.raises(Refused) as caught:
        function(*args)  # type: ignore[operator]
    assert caught.value.text.zh and caught.value.text.en and caught.value.advice is not None
    return caught.value.code


@pytest.mark.parametrize("text", CREDIT)
def test_credit_codes_of_the_conventions(text: str) -> None:
    assert codes.parse_credit_code(text) == text
    assert codes.parse_credit_code(f" {text[:8].lower()} {text[8:]} ") == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("91110000600037341", "code.credit.length"),
        ("9111000060003734IL", "code.credit.character"),
        ("911100O0600037341L", "code.credit.character"),
        ("91110000600037341M", "code.credit.check_digit"),
        ("911100A0600037341L", "code.credit.character"),
        ("9111000A600037341L", "code.credit.character"),
        ("9111中000600037341L", "code.credit.character"),
    ],
)
def test_wrong_credit_codes(text: str, code: str) -> None:
    assert code_of(codes.parse_credit_code, text) == code


@settings(max_examples=60, deadline=None)
@given(st.text(CREDIT_ALPHABET, min_size=17, max_size=17))
def test_credit_check_agrees_with_stdnum(body: str) -> None:
    assert mod_31(body) == uscc.calc_check_digit(body)


@settings(max_examples=100, deadline=None)
@given(st.text(ALNUM, min_size=1, max_size=60))
def test_mod_37_36_agrees_with_stdnum(body: str) -> None:
    assert mod_37_36(body) == stdnum_37_36.calc_check_digit(body)


@settings(max_examples=60, deadline=None)
@given(st.text("0123456789", min_size=15, max_size=18))
def test_bank_cards_agree_with_stdnum(body: str) -> None:
    assert luhn(body) == stdnum_luhn.calc_check_digit(body)
    assert codes.parse_bank_card(body + luhn(body)) == body + luhn(body)


def test_wrong_bank_cards() -> None:
    assert code_of(codes.parse_bank_card, "622848 0402564890019") == "code.bank_card.check_digit"
    assert code_of(codes.parse_bank_card, "62284804025648") == "code.bank_card.length"
    assert code_of(codes.parse_bank_card, "6228480402564890a18") == "code.bank_card.character"


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("13800138000", "mobile", "13800138000"),
        ("+86 138-0013-8000", "mobile", "13800138000"),
        ("008619900001111", "mobile", "19900001111"),
        ("１３８００１３８０００", "mobile", "13800138000"),
        ("62345678", "landline", "021-62345678"),
        ("(021) 62345678 转 801", "landline", "021-62345678-801"),
        ("02162345678", "landline", "021-62345678"),
        ("0571-87654321", "landline", "0571-87654321"),
        ("86-21-62345678", "landline", "021-62345678"),
        ("+86 21 6234 5678", "landline", "021-62345678"),
        ("021-6234-5678", "landline", "021-62345678"),
        ("110", "service", "110"),
        ("12345", "service", "12345"),
        ("962200", "service", "962200"),
        ("400-820-8820", "service", "4008208820"),
    ],
)
def test_phones(typed: str, kind: str, value: str) -> None:
    assert codes.parse_phone(typed) == codes.Phone(kind, value)  # type: ignore[arg-type]
    assert codes.parse_phone(value) == codes.parse_phone(typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1380013800", "code.phone.mobile"),
        ("12800138000", "code.phone.mobile"),
        ("138001380001", "code.phone.mobile"),
        ("无", "code.phone.character"),
        ("", "code.phone.character"),
        ("1234", "code.phone.form"),
        ("0000000000", "code.phone.form"),
    ],
)
def test_wrong_phones(typed: str, code: str) -> None:
    assert code_of(codes.parse_phone, typed) == code


def test_case_number_is_written_and_read() -> None:
    number = codes.make_case_number(CENTER, DAY, 7)
    assert number[:21] == "310107005261121000007" and len(number) == 22 and stdnum_37_36.is_valid(number)
    assert codes.parse_case_number(number) == codes.CaseNumber(CENTER, DAY, 7)
    child = codes.parse_case_number(codes.make_case_number(CENTER, DAY, 7, 2))
    assert (str(child), child.mother, child.child) == (f"{number}-02", number, 2)


def test_case_number_forgives_what_a_receipt_cannot_show() -> None:
    number = codes.make_case_number(CENTER, DAY, 7)
    typed = number[:21].replace("0", "o").replace("1", "l") + number[21].lower()
    assert str(codes.parse_case_number(f" {typed[:9]} {typed[9:]} ")) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "code.case.length"),
        ("31010700526112100000", "code.case.length"),
        ("310107005261121A00007X", "code.case.character"),
        ("310107005261121000007X-2", "code.case.character"),
        ("310107005261321000007" + mod_37_36("310107005261321000007"), "code.case.day"),
    ],
)
def test_wrong_case_numbers(text: str, code: str) -> None:
    assert code_of(codes.parse_case_number, text) == code


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 999_999_999),
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    st.integers(1, 999_999),
    st.integers(0, 99),
    st.integers(0, 20),
    st.integers(1, 9),
)
def test_case_numbers_go_round_and_catch_a_wrong_digit(
    center: int, day: dt.date, sequence: int, child: int, place: int, by: int
) -> None:
    number = codes.make_case_number(f"{center:09d}", day, sequence, child)
    assert codes.parse_case_number(number) == codes.CaseNumber(f"{center:09d}", day, sequence, child)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert code_of(codes.parse_case_number, wrong) == "code.case.check_digit"


@pytest.mark.parametrize(("center", "year", "sequence", "child"), [("31010", 2026, 1, 0), (CENTER, 2026, 0, 0)])
def test_no_case_number_without_a_count(center: str, year: int, sequence: int, child: int) -> None:
    with pytest.raises(ValueError):
        codes.make_case_number(center, dt.date(year, 1, 1), sequence, child)
    with pytest.raises(ValueError):
        codes.make_case_number(CENTER, dt.date(2100, 1, 1), 1)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=16, max_size=32))
def test_query_codes_have_no_look_alikes(random: bytes) -> None:
    code = codes.make_query_code(random)
    assert codes.parse_query_code(code.lower()) == code
    assert not set(code) & set("01258BILOSVZ")


def test_wrong_query_codes() -> None:
    with pytest.raises(ValueError):
        codes.make_query_code(b"short")
    assert code_of(codes.parse_query_code, "ABC") == "code.query.length"
    assert code_of(codes.parse_query_code, "3467O9") == "code.query.character"


def test_task_code_is_three_codes() -> None:
    task = codes.parse_task_code(CREDIT[0] + "3" + "310105109000")
    assert task == codes.TaskCode(CREDIT[0], "3", "310105109000") and len(str(task)) == 31
    assert code_of(codes.parse_task_code, str(task)[:-1]) == "code.task.length"
    assert code_of(codes.parse_task_code, CREDIT[0] + "0" + "310105109000") == "code.task.level"
    assert code_of(codes.parse_task_code, "91110000600037341M3310105109000") == "code.credit.check_digit"
    assert code_of(codes.parse_catalog_code, "31010510900") == "code.catalog.length"
    assert code_of(codes.parse_catalog_code, "31010510900证") == "code.catalog.character"
    assert codes.parse_catalog_code("3120w0747000") == "3120W0747000"  # in use


# Both ids stand in public documents of interfaces; neither names a person.
@pytest.mark.parametrize(
    "text",
    [
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
        "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
    ],
)
def test_e_licence_ids_in_use_are_read(text: str) -> None:
    found, warnings = codes.parse_e_licence_id(text)
    assert str(found) == text
    assert "code.e_licence.check_digit" not in [warning.code for warning in warnings]


def test_e_licence_is_strict_when_issued_and_lenient_when_received() -> None:
    made = codes.make_e_licence_id(CREDIT[3] + "001", CREDIT[3], "20260000001")
    assert codes.parse_e_licence_id(made)[1] == ()
    wrong = made[:-1] + ("A" if made[-1] != "A" else "B")
    assert [w.code for w in codes.parse_e_licence_id(wrong)[1]] == ["code.e_licence.check_digit"]
    assert code_of(codes.parse_e_licence_id, "1.2.156.3005.2.A.B") == "code.e_licence.form"
    assert code_of(codes.make_e_licence_id, CREDIT[3] + "01", CREDIT[3], "1") == "code.e_licence.type"
    assert code_of(codes.make_e_licence_id, CREDIT[3] + "001", CREDIT[3], "a-1") == "code.e_licence.serial"
    assert code_of(codes.make_e_licence_id, CREDIT[3] + "001", "310101", "1") == "code.credit.length"


PARSERS = [
    codes.parse_credit_code,
    codes.parse_bank_card,
    codes.parse_phone,
    codes.parse_case_number,
    codes.parse_query_code,
    codes.parse_catalog_code,
    codes.parse_task_code,
    codes.parse_e_licence_id,
]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.sampled_from(PARSERS))
def test_any_text_is_read_or_refused(text: str, parse: object) -> None:
    try:
        parse(text)  # type: ignore[operator]
    except Refused as refused:
        assert refused.code.startswith("code.")
