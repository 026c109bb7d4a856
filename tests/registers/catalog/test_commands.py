"""`tongban catalog` as it is typed: messages, exit codes, the guide, what changed."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.registers.catalog.small_city import pieces, write
from tongban.config.commands.catalog import catalog
from tongban.config.settings import base
from tongban.registers.catalog import queries


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(base, "CITY_FOLDER", tmp_path / "cities" / "small")
    monkeypatch.setenv("COLUMNS", "200")
    queries.forget()

    def typed(files: dict[str, Any], *words: str) -> Any:
        write(tmp_path, files)
        return CliRunner().invoke(catalog, list(words), catch_exceptions=False)

    return typed


def with_second(files: dict[str, Any]) -> dict[str, Any]:
    item = files["items/gongan/card.yaml"]
    changed = {"version": 2, "valid_from": "2027-01-01", "limits": {"legal_days": 30, "promised_days": 10}}
    second = {**item["versions"][0], **changed}
    second["conditions"] = [
        {"id": "age", "text": "年满60周岁", "law": "a", "test": {"ge": [{"age": "$birth_date"}, 60]}}
    ]
    item["versions"].append(second)
    return files


def test_check_of_a_sound_city(run: Any) -> None:
    result = run(pieces(), "check")
    assert result.exit_code == 0
    assert "没有发现问题" in result.output
    assert "事项 1 个(可收件 1 个)" in result.output


def test_check_says_where_and_how_and_fails(run: Any) -> None:
    files = pieces()
    files["items/gongan/card.yaml"]["versions"][0]["scope"] = "everywhere"
    result = run(files, "check")
    assert result.exit_code == 1
    assert "items/gongan/card.yaml:" in result.output
    assert "可选:direct" in result.output
    assert "1 处错误" in result.output


def test_a_city_that_is_not_there(run: Any) -> None:
    result = run(pieces(), "check", "--city", "atlantis")
    assert result.exit_code == 1
    assert "atlantis" in result.output


def test_the_guide_from_the_files(run: Any) -> None:
    result = run(pieces(), "show", "card", "--draft")
    assert result.exit_code == 0
    for said in (
        "敬老卡申领",
        "年满65周岁",
        "《办法》(1号)",
        "承诺 20 个工作日",
        "不收费",
        "仅当“住房”是租",
        "户籍地",
        "962200",
    ):
        assert said in result.output, said


def test_what_changed_between_two_drafts(run: Any) -> None:
    result = run(with_second(pieces()), "show", "card", "--draft", "--diff", "1", "2")
    assert result.exit_code == 0
    for said in ("/limits/promised_days", "20", "10", "/conditions/age/text", "年满60周岁", "不小于60", "/valid_from"):
        assert said in result.output, said
    assert "/papers" not in result.output


def test_an_item_that_is_not_there(run: Any) -> None:
    result = run(pieces(), "show", "moon", "--draft")
    assert result.exit_code == 1
    assert "moon" in result.output


@pytest.mark.django_db(transaction=True)
def test_publish_show_and_refusal_of_a_changed_version(run: Any) -> None:
    first = run(pieces(), "publish", "--note", "first")
    assert first.exit_code == 0, first.output
    assert "新版本 1 个" in first.output
    queries.forget()
    assert "没有新版本" in run(pieces(), "publish").output
    assert "敬老卡申领" in run(pieces(), "show", "card", "--version", "1").output
    changed = pieces()
    changed["items/gongan/card.yaml"]["versions"][0]["summary"] = "换一句"
    refused = run(changed, "publish")
    assert refused.exit_code == 1
    assert "版本号加一" in refused.output


@pytest.mark.django_db(transaction=True)
def test_a_faulty_city_is_not_published(run: Any) -> None:
    files = pieces()
    files["situations/old.yaml"]["expect"]["eligible"] = False
    result = run(files, "publish")
    assert result.exit_code == 1
    assert queries.newest() is None
