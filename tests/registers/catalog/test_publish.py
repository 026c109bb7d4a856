"""Publishing against a real PostgreSQL: versions stand, content under the same number is refused, closing bites at once."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.registers.catalog.small_city import pieces, write
from tongban.domain.actor import Actor, Grant
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.flows.publish import close_item, publish, reopen_item
from tongban.registers.catalog import queries
from tongban.registers.catalog.city import City, load
from tongban.registers.catalog.models import ItemVersionRow, PublicationRow

pytestmark = pytest.mark.django_db(transaction=True)
AT = dt.datetime(2026, 11, 22, 2, 0, tzinfo=dt.UTC)
EDITOR = Actor("staff", "staff:editor", grants=(Grant("catalog.publish", "310000"),))
CLERK = Actor("staff", "staff:clerk", grants=(Grant("case.receive", "310107005"),))


@pytest.fixture(autouse=True)
def fresh() -> None:
    queries.forget()


def city(folder: Path, files: dict[str, Any] | None = None) -> City:
    source = load(write(folder, files or pieces()))
    assert source.city is not None
    return source.city


def with_second(files: dict[str, Any], **changed: Any) -> dict[str, Any]:
    item = files["items/gongan/card.yaml"]
    item["versions"].append({**item["versions"][0], "version": 2, "valid_from": "2027-01-01", **changed})
    return files


def test_nothing_is_published_at_first() -> None:
    assert queries.newest() is None
    with pytest.raises(NotFound) as none:
        queries.current("card", AT.date())
    assert none.value.code == "catalog.empty"


def test_what_is_read_is_what_was_compiled(tmp_path: Path) -> None:
    compiled = city(tmp_path)
    publication = publish(EDITOR, compiled, at=AT, note="first")
    assert publication.new == (("card", 1),)
    assert queries.current("card", dt.date(2026, 5, 1)) == compiled.versions[0]
    assert queries.version("card", 1) == compiled.versions[0]
    assert tuple(queries.elements().values()) == compiled.elements
    assert tuple(queries.materials().values()) == compiled.materials
    assert tuple(queries.departments().values()) == compiled.departments
    assert tuple(queries.credential_kinds().values()) == compiled.credentials
    assert queries.places().center("310107005").name.zh == "长寿中心"
    assert not queries.calendar().is_workday(dt.date(2026, 1, 1))
    assert [v.code for v in queries.listing(dt.date(2026, 5, 1))] == ["card"]
    assert queries.listing(dt.date(2025, 12, 31)) == ()
    newest = queries.newest()
    assert newest is not None
    assert newest.digest == publication.digest
    with pytest.raises(NotFound):
        queries.current("card", dt.date(2025, 12, 31))
    with pytest.raises(NotFound):
        queries.version("card", 2)


def test_the_same_again_is_no_new_publication(tmp_path: Path) -> None:
    first = publish(EDITOR, city(tmp_path), at=AT)
    again = publish(EDITOR, tmp_path / "cities" / "small", at=AT + dt.timedelta(hours=1))
    assert (again.id, again.new) == (first.id, ())
    assert PublicationRow.objects.count() == 1


def test_the_next_version_waits_beside_the_running_one(tmp_path: Path) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    files = with_second(pieces(), limits={"legal_days": 30, "promised_days": 10})
    publication = publish(EDITOR, city(tmp_path, files), at=AT + dt.timedelta(days=1))
    assert publication.new == (("card", 2),)
    assert queries.current("card", dt.date(2026, 12, 31)).version == 1
    assert queries.current("card", dt.date(2027, 1, 1)).limits.promised_days == 10
    assert queries.version("card", 1).limits.promised_days == 20
    assert queries.versions("card") == ((1, dt.date(2026, 1, 1)), (2, dt.date(2027, 1, 1)))


def test_a_change_under_the_same_number_is_refused(tmp_path: Path) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    files = pieces()
    files["items/gongan/card.yaml"]["versions"][0]["limits"]["promised_days"] = 25
    files["situations/old.yaml"]["expect"].pop("promised_by")
    with pytest.raises(Refused) as refused:
        publish(EDITOR, city(tmp_path, files), at=AT)
    assert refused.value.code == "catalog.version_changed"
    assert "版本号" in refused.value.text.zh
    assert refused.value.problems[0].pointer == "/card/1"
    assert queries.version("card", 1).limits.promised_days == 20


def test_an_element_that_changes_the_meaning_of_a_condition_is_a_change(tmp_path: Path) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    files = pieces()
    files["items/gongan/card.yaml"]["versions"][0]["papers"][1]["when"] = {"has": ["$home", "rent"]}
    files["elements.yaml"]["elements"][3]["type"] = "multichoice"
    with pytest.raises(Refused, match="version_changed"):
        publish(EDITOR, city(tmp_path, files), at=AT)


def test_an_alias_may_change_without_a_new_version(tmp_path: Path) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    files = pieces()
    files["items/gongan/card.yaml"]["aliases"] = ["老年卡"]
    publication = publish(EDITOR, city(tmp_path, files), at=AT + dt.timedelta(minutes=1))
    assert publication.new == ()
    assert queries.version("card", 1).item.aliases == ("老年卡",)


def test_a_published_item_may_not_vanish_from_the_files(tmp_path: Path) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    files = pieces()
    files["items/gongan/new.yaml"] = {**files["items/gongan/card.yaml"], "code": "new", "name": "新"}
    files["situations/old.yaml"]["given"]["item"] = "new"
    del files["items/gongan/card.yaml"]
    (tmp_path / "cities" / "small" / "items" / "gongan" / "card.yaml").unlink()
    with pytest.raises(Refused) as refused:
        publish(EDITOR, city(tmp_path, files), at=AT)
    assert refused.value.code == "catalog.item_missing"
    assert refused.value.facts["items"] == ["card"]


def test_a_faulty_city_is_refused_with_every_fault(tmp_path: Path) -> None:
    files = pieces()
    files["items/gongan/card.yaml"]["versions"][0]["phones"] = {"enquiry": "1", "complaint": "1"}
    files["situations/old.yaml"]["expect"]["handed_over"] = "never"
    with pytest.raises(Refused) as refused:
        publish(EDITOR, write(tmp_path, files), at=AT)
    assert refused.value.code == "catalog.faulty"
    assert len(refused.value.problems) == 2
    assert not PublicationRow.objects.exists()


@pytest.mark.parametrize("act", ["publish", "close", "reopen"])
def test_who_has_no_power_changes_nothing(tmp_path: Path, act: str) -> None:
    compiled = city(tmp_path)
    publish(EDITOR, compiled, at=AT)
    with pytest.raises(NotAllowed):
        if act == "publish":
            publish(CLERK, compiled, at=AT)
        else:
            (close_item if act == "close" else reopen_item)(CLERK, "card", reason="x", at=AT)
    assert queries.is_open("card")


@pytest.mark.parametrize("table", ["catalog_publication", "catalog_item_version"])
@pytest.mark.parametrize("statement", ["update {} set body = body", "delete from {}"])
def test_the_database_itself_keeps_what_is_published(tmp_path: Path, table: str, statement: str) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert ItemVersionRow.objects.count() == 1


def test_closing_bites_at_once_and_keeps_the_item(tmp_path: Path) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    close_item(EDITOR, "card", reason="政策调整", at=AT)
    assert not queries.is_open("card")
    assert queries.state("card").reason == "政策调整"
    assert list(queries.closed()) == ["card"]
    assert queries.version("card", 1).code == "card"
    reopen_item(EDITOR, "card", reason="恢复", at=AT)
    assert queries.is_open("card")
    assert queries.closed() == {}


def test_closing_needs_a_reason_and_an_item(tmp_path: Path) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    with pytest.raises(Refused) as refused:
        close_item(EDITOR, "card", reason="  ", at=AT)
    assert refused.value.code == "catalog.no_reason"
    with pytest.raises(NotFound):
        close_item(EDITOR, "moon", reason="x", at=AT)


def test_a_publication_leaves_one_audit_line(tmp_path: Path) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    with connection.cursor() as cursor:
        cursor.execute("select actor, act, detail from audit_line where act = 'catalog.publish'")
        ((actor, _, detail),) = cursor.fetchall()
    assert actor == "staff:editor"
    assert '"new_versions":1' in detail


def test_a_resent_publication_is_the_same_publication(tmp_path: Path) -> None:
    compiled = city(tmp_path)
    first = publish(EDITOR, compiled, at=AT, key="k1")
    assert publish(EDITOR, compiled, at=AT, key="k1").id == first.id


def test_readers_ask_the_database_once_in_a_while_only(tmp_path: Path, django_assert_num_queries: Any) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    queries.current("card", AT.date())
    with django_assert_num_queries(0):
        for _ in range(50):
            queries.current("card", AT.date())
            queries.listing(AT.date())
            queries.elements()


def test_a_new_version_cannot_begin_in_the_past(tmp_path: Path) -> None:
    publish(EDITOR, city(tmp_path), at=AT)
    with pytest.raises(Refused) as refused:
        publish(EDITOR, city(tmp_path, with_second(pieces(), valid_from="2026-11-21")), at=AT)
    assert refused.value.code == "catalog.backdated"
    publish(EDITOR, city(tmp_path, with_second(pieces(), valid_from="2026-11-22")), at=AT)
    assert queries.current("card", dt.date(2026, 11, 22)).version == 2
