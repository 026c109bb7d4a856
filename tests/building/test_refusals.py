"""The house says no in two languages, with codes that keep their meaning; docs/refusals.md lists them all."""

import ast
import re

import pytest

from tongban.config import refusals
from tongban.config.refusals import OPEN, Said

HAN = re.compile(r"[\u3400-\u9fff]")
CODE = re.compile(rf"[a-z_]+(\.[a-z0-9_{OPEN}]+)+")

# Words that this page cannot show because another place wrote them.
PASSED_ON = {
    "card.reader": "the reader's own words (domain.ports.Unavailable)",
    "catalog.faulty": "the messages of the catalog check, for the city's editors",
    "code.e_licence.…": "the words of the check digit rule",
    "credential.…": "named by the reason why it does not hold",
    "password.password_too_similar": "flows.staffing._WEAK",
    "password.weak": "the first of its problems",
    "password.…": "flows.staffing._WEAK",
    "person.name.…": "named by the character",
    "query.invalid": "the words of the door's own parser",
}
# A summary of several problems says what the first of them says.
SUMMARIES = re.compile(r"\.(not_sound|not_ready)$")
# Codes said in several wordings, and why they are still one meaning.
ONE_MEANING = {
    "case.not_found": "found nothing by what was typed",
    "case.not_possible_now": "MOVES says no; timed work says it shorter",
    "case.reason_needed": "names which reason",
    "catalog.faulty": "the sum and its messages",
    "catalog.no_item": "in the files, in the catalog, on that date",
    "catalog.version_changed": "the sum and its messages",
    "consent.until": "the end of a consent cannot be taken in",
    "correction.not_ready": "the sum and its messages",
    "mandate.open_end": "at the counter the kind of mandate is known",
    "mandate.paper": "at the counter what to type is named",
    "person.birth_future": "later than today, or than the date asked about",
    "person.name.long": "with and without the number of characters",
    "place.unknown_center": "where a clerk signed in, and where a case is sent",
}
# Each kind of field and of file has words of its own for the same fault.
BY_KIND = re.compile(r"^(form|upload|code|limit|password|query)\.")


@pytest.fixture(scope="module")
def said() -> list[Said]:
    return refusals.said()


def test_every_refusal_speaks_chinese_and_english(said: list[Said]) -> None:
    wrong = []
    for one in said:
        if set(one.zh + one.en) <= set(OPEN):
            if one.code not in PASSED_ON and not SUMMARIES.search(one.code):
                wrong.append(f"{one.file}:{one.line} {one.code}: words not readable here; write them where it is said")
            continue
        if one.code in PASSED_ON:
            continue
        # Nothing but marks around an open part: the words come from the kind of field.
        open_zh, open_en = (OPEN in w and not re.search(r"\w", w) for w in (one.zh, one.en))
        if not (HAN.search(one.zh) or open_zh):
            wrong.append(f"{one.file}:{one.line} {one.code}: no Chinese in {one.zh!r}")
        if not (re.search("[A-Za-z]", one.en) or open_en) or HAN.search(one.en):
            wrong.append(f"{one.file}:{one.line} {one.code}: no English in {one.en!r}")
    assert not wrong, "\n".join(wrong)


def test_codes_are_written_alike(said: list[Said]) -> None:
    wrong = [f"{s.file}:{s.line} {s.code!r}" for s in said if not CODE.fullmatch(s.code)]
    assert not wrong, f"area.what in small letters: {wrong}"


def test_a_code_has_one_meaning(said: list[Said]) -> None:
    kinds: dict[str, set[str]] = {}
    words: dict[str, dict[str, str]] = {}
    for one in said:
        kinds.setdefault(one.code, set()).add(one.kind)
        if set(one.zh) > set(OPEN):
            words.setdefault(one.code, {}).setdefault(one.zh, f"{one.file}:{one.line}")
    mixed = {c: sorted(k - {"Problem"}) for c, k in kinds.items() if len(k - {"Problem"}) > 1}
    assert not mixed, f"a machine that reads the code must get one answer, not two: {mixed}"
    several = {c: w for c, w in words.items() if len(w) > 1 and not BY_KIND.search(c) and c not in ONE_MEANING}
    assert not several, f"one code, several sentences: another meaning needs another code (or a reason here): {several}"


def test_lists_of_this_guard_are_not_stale(said: list[Said]) -> None:
    codes = {s.code for s in said}
    assert set(PASSED_ON) <= codes and set(ONE_MEANING) <= codes, (set(PASSED_ON) | set(ONE_MEANING)) - codes


def test_the_page_of_refusals_is_current() -> None:
    assert refusals.PAGE.exists(), "run `make docs` and commit docs/refusals.md"
    assert refusals.PAGE.read_text(encoding="utf-8") == refusals.page(), "run `make docs` and commit docs/refusals.md"


SAMPLE = """
WHY = Text("没有", "none")
def _refuse(what, zh, en):
    raise Refused(f"area.{what}", zh, en)
def f(n):
    zh = f"第{n}位错"
    _refuse("digit", zh, f"digit {n} is wrong")
    raise Conflict("area.late", "晚了" if n else "早了", "late")
def g():
    return Problem("area.gone", WHY)
"""


def test_the_generator_follows_makers_names_and_texts() -> None:
    found = {s.code: s for s in refusals.in_module(ast.parse(SAMPLE), "sample.py")}
    assert (found["area.digit"].zh, found["area.digit"].en) == ("第…位错", "digit … is wrong")
    assert (found["area.late"].kind, found["area.late"].zh) == ("Conflict", "早了 / 晚了")
    assert (found["area.gone"].zh, found["area.gone"].en) == ("没有", "none")
    assert len(found) == 3
