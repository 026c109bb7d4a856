"""Who somebody is stands as an authority or a counter said it, whatever is typed; all else is the person's to say."""

import datetime as dt

from tongban.domain.element import Choice, Element
from tongban.domain.event_form import as_said, askable
from tongban.domain.event_intake import EventIntake
from tongban.domain.life_event import LifeEvent, Question
from tongban.domain.receiving import Known
from tongban.domain.text import Text
from tongban.domain.who import stands

TODAY = dt.date(2026, 11, 20)
SEXES = (Choice("male", Text("男")), Choice("female", Text("女")))
ELEMENTS = {
    e.code: e
    for e in (
        Element("name", Text("姓名"), "name", group="applicant", reuse="always"),
        Element("sex", Text("性别"), "choice", SEXES, group="applicant", reuse="always"),
        Element("ethnic", Text("民族"), "text", group="applicant", reuse="always"),
        Element("phone", Text("手机"), "phone", group="applicant"),
        Element("child_name", Text("孩子姓名"), "name", group="child", reuse="always"),
    )
}
TYPED = {"name": "别人", "sex": "female", "ethnic": "回族", "phone": "13800000001", "child_name": "沈小满"}


def test_what_an_authority_said_stands_and_is_not_kept_as_typed() -> None:
    known = Known({"name": "沈建国", "sex": "male"}, vouched=frozenset({"name", "sex"}))
    assert stands(ELEMENTS, known, TODAY) == {"name", "sex"}
    said = as_said(EventIntake(answers=TYPED, center="310107015"), ELEMENTS, known, TODAY)
    assert said == EventIntake(answers={c: TYPED[c] for c in ("ethnic", "phone", "child_name")}, center="310107015")


def test_what_nobody_vouches_for_is_typed() -> None:
    known = Known({"name": "沈建国", "sex": "male"})
    assert as_said(EventIntake(answers=TYPED), ELEMENTS, known, TODAY).answers == TYPED


def test_only_who_somebody_is_stands() -> None:
    """A telephone number changes, and what is known of others is not known of the applicant."""
    known = Known({"phone": "13900000001", "child_name": "沈大满"}, vouched=frozenset({"phone", "child_name"}))
    assert as_said(EventIntake(answers=TYPED), ELEMENTS, known, TODAY).answers == TYPED


def test_a_word_that_cannot_be_read_says_nothing() -> None:
    known = Known({"sex": "1", "ethnic": "", "gone": "x"}, vouched=frozenset({"sex", "ethnic", "name", "gone"}))
    assert not stands(ELEMENTS, known, TODAY)


def test_what_is_on_record_is_not_asked_again() -> None:
    asked = tuple(Question(code, Text("x")) for code in ("hukou_kind", "phone", "married"))
    event = LifeEvent("event", Text("事"), "x", Text(""), (), questions=asked)
    assert askable(event, (), ()) == {"hukou_kind", "phone", "married"}
    assert askable(event, (), {"hukou_kind", "name"}) == {"phone", "married"}
    assert askable(event, {"hukou_kind"}, {"hukou_kind", "phone"}) == {"hukou_kind", "married"}, (
        "said: theirs to change"
    )
