"""Whatever stands in a file, the loader answers with a value or with notes."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_condition import ELEMENTS
from tests.domain.test_situation import yaml_like
from tests.registers.catalog.small_city import VERSION
from tongban.domain.condition import parse
from tongban.domain.item import Item, ItemVersion
from tongban.registers.catalog import rows
from tongban.registers.catalog.files import BadFile, Document, read_text
from tongban.registers.catalog.shape import Fit

HEADER = {"code": "card", "name": "卡", "department": "gongan"}


def fitted(data: Any) -> tuple[ItemVersion | None, Fit]:
    fit = Fit(Document("x.yaml", data, {}), lambda raw, path: parse(raw, ELEMENTS, path))
    return fit.to(ItemVersion, data), fit


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.text(alphabet="ab:-[]{}&*!|>'\"#?,% \n\t0", max_size=200).map(str.encode)))
def test_any_bytes_are_a_document_or_one_note(content: bytes) -> None:
    try:
        document = read_text(content, "x.yaml")
    except BadFile as bad:
        assert bad.note.what and bad.note.mend
    else:
        assert isinstance(document.lines, dict)


@settings(max_examples=300)
@given(st.data())
def test_a_version_with_anything_in_one_place_fits_or_is_noted(data: st.DataObject) -> None:
    raw: Any = copy.deepcopy({"item": HEADER, **VERSION})
    at: Any = raw
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        inner = at[key]
        if not (isinstance(inner, dict | list) and inner and data.draw(st.booleans())):
            at[key] = data.draw(yaml_like)
            break
        at = inner
    version, fit = fitted(raw)
    assert (version is None) == bool(fit.notes)
    if version is not None:
        body = rows.version_body(version)
        assert rows.version_body(rows.to_version(version.item, body)) == body


def test_equal_versions_have_one_body_however_they_were_made() -> None:
    sparse = {"item": HEADER, "version": 1, "valid_from": "2026-01-01"}
    spelled = {
        **sparse,
        "action": "".join(["app", "ly"]),
        "handling": "promised",
        "limits": {"accept_days": 5},
        "fee": None,
    }
    (a, _), (b, _) = fitted(sparse), fitted(spelled)
    assert a is not None and b is not None
    assert a == b
    assert rows.version_body(a) == rows.version_body(b) == '{"valid_from":"2026-01-01","version":1}'


def test_a_header_says_what_is_missing() -> None:
    fit = Fit(Document("x.yaml", {}, {}))
    assert fit.to(Item, {"code": "x"}) is None
    assert [note.what for note in fit.notes] == ["缺少“name”", "缺少“department”"]
