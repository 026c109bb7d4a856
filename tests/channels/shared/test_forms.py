"""Hostile input: nothing raises, nothing unknown passes, nothing typed is lost."""

import datetime as dt

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tongban.channels.shared import forms
from tongban.channels.shared.gallery import ELEMENTS
from tongban.domain.refusals import Refused

TODAY = dt.date(2026, 11, 20)


def post(**fields: object) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def parse(data: QueryDict, **more: object) -> forms.Typed:
    return forms.parse(data, ELEMENTS.values(), today=TODAY, **more)  # type: ignore[arg-type]


def test_a_sound_form() -> None:
    got = parse(
        post(
            name=" 阿依古丽·买买提 ", id_number="310101199003071230", phone="138 0013 8000", income="1510.00", birth_date="1990-03-07",
            living_alone="false", needs=["meal", "walk"], delivery="mail", area="40.5", note="一\r\n二", csrfmiddlewaretoken="t",
        )
    )  # fmt: skip
    assert got.problems == ()
    assert got.values["name"] == "阿依古丽·买买提"
    assert got.values["phone"] == "13800138000"
    assert got.values["living_alone"] is False
    assert got.values["needs"] == ["meal", "walk"]
    assert got.values["income"] == "1510.00"
    assert got.values["note"] == "一\n二"
    assert got.raw["phone"] == "138 0013 8000", "as typed"
    assert got.must() == got.values


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("id_number", "31010119900307123X"), ("id_number", "18"), ("phone", "12"), ("phone", "<script>"), ("income", "一千"), ("income", "-1"),
        ("income", "1e9"), ("income", "1.005"), ("income", "9" * 500), ("area", "NaN"), ("area", "Infinity"), ("birth_date", "2026-02-30"),
        ("birth_date", "07/03/1990"), ("birth_date", "1990-13-01"), ("living_alone", "maybe"), ("delivery", "drone"), ("needs", ["meal", "fly"]), ("name", "\x07"),
        ("note", "长" * 2001), ("name", "\x00"), ("note", "\ud800"), ("district", "310110'--"),
    ],
)  # fmt: skip
def test_each_wrong_value_is_one_problem_at_its_field_and_is_kept(field: str, typed: object) -> None:
    got = parse(post(**{field: typed}))
    assert [p.pointer for p in got.problems] == [f"/answers/{field}"]
    assert field not in got.values
    assert got.raw[field] == typed
    assert got.problems[0].text.en
    with pytest.raises(Refused):
        got.must()


@pytest.mark.parametrize(
    "typed", ["19900307", "1990/3/7", "1990.03.07", "1990年3月7日", "１９９００３０７", " 1990-03-07 "]
)
def test_dates_as_people_type_them(typed: str) -> None:
    assert parse(post(birth_date=typed)).values["birth_date"] == "1990-03-07"


def test_unknown_fields_are_errors_and_controls_are_not() -> None:
    got = parse(post(name="李伟", is_admin="1", action="save"), controls=("action",))
    assert [p.code for p in got.problems] == ["form.unknown_field"]
    assert "is_admin" in got.problems[0].text.zh
    hostile = parse(post(**{"x" * 5000: "1", "\u202e\x00": "1"}))
    assert all(len(p.text.zh) < 100 and "\x00" not in p.text.zh for p in hostile.problems)
    assert len(hostile.problems) == 2


def test_a_field_twice_is_an_error_not_a_choice() -> None:
    got = parse(post(phone=["13800138000", "13900139000"]))
    assert [p.code for p in got.problems] == ["form.twice"]
    assert "phone" not in got.values


def test_required_and_half_a_form() -> None:
    assert [p.pointer for p in parse(post(name="  "), required=("name", "phone")).problems] == [
        "/answers/name",
        "/answers/phone",
    ]
    assert parse(post(name="  ")).problems == ()


def test_sizes_are_bounded() -> None:
    got = parse(post(note="长" * 1_000_000, needs=["meal"] * 5000))
    assert len(got.raw["note"]) == forms.LONGEST
    assert len(got.raw["needs"]) == forms.MOST_VALUES
    assert {p.code for p in got.problems} == {"form.endless", "form.twice"}
    many = parse(post(**{f"u{n}": "1" for n in range(3000)}))
    assert len(many.problems) <= forms.MOST_VALUES + 1


def test_rare_characters_and_long_names_survive() -> None:
    for name in ("𠮷", "㐂𬀩𰻝", "买" * 100, "A·b"):
        got = parse(post(name=name))
        assert got.values.get("name") == name, got.problems


def test_prefix_and_pointer() -> None:
    data = post(**{"agent.phone": "12"})
    got = forms.parse(data, [ELEMENTS["phone"]], today=TODAY, prefix="agent.", pointer="/agent")
    assert got.raw == {"phone": "12"}
    assert got.problems[0].pointer == "/agent/phone"


@given(st.dictionaries(st.sampled_from([*ELEMENTS, "other"]), st.lists(st.text(), max_size=3), max_size=6))
def test_nothing_typed_raises_or_is_lost(fields: dict[str, list[str]]) -> None:
    got = parse(post(**fields))
    wrong = {p.pointer for p in got.problems}
    for name, values in fields.items():
        if name == "other":
            continue
        if not values:
            continue
        kept = got.raw[name]
        assert kept is not None
        if any(v.strip() for v in (kept if isinstance(kept, list) else [kept])):
            assert name in got.values or f"/answers/{name}" in wrong


def test_controls_are_bounded() -> None:
    data = post(action="save", n="1" * 50)
    assert forms.controls(data, action=10) == {"action": "save"}
    assert forms.controls(data, other=10) == {"other": ""}
    for name, most in (("n", 10), ("action", 3)):
        with pytest.raises(Refused):
            forms.controls(data, **{name: most})


def test_typed_before_leaves_secrets_out_and_is_bounded() -> None:
    fields = {
        "phone": "138",
        "new_password": "s",
        "csrfmiddlewaretoken": "t",
        "long": "x" * 9000,
        **{f"f{n}": "1" for n in range(200)},
    }
    shown = dict(forms.typed_before(RequestFactory().post("/", fields)))
    assert shown["phone"] == "138"
    assert not {"new_password", "csrfmiddlewaretoken"} & set(shown)
    assert len(shown["long"]) == forms.SHOWN_LENGTH
    assert len(shown) <= forms.SHOWN_FIELDS
