"""The credentials register on a real PostgreSQL: the newest word of a department stays, what it no longer gives counts no
more, what the city revoked stays revoked, and a row that was changed is found."""

import datetime as dt
import uuid

import pytest
from django.db import connection

from tongban.domain import credential as rule
from tongban.domain.ports import Licence
from tongban.domain.refusals import NotFound
from tongban.plumbing import crypto
from tongban.registers.credentials import queries, service

AT = dt.datetime(2026, 11, 21, 1, 0, tzinfo=dt.UTC)
ON = dt.date(2026, 11, 21)
HOLDER, SPOUSE = str(uuid.UUID(int=7)), str(uuid.UUID(int=8))


@pytest.fixture(autouse=True)
def keys():
    crypto.use(crypto.Keyring({1: b"k" * 16}, b"b" * 32, b"s" * 32))
    yield
    crypto.use(None)


def licence(kind: str = "hukou_book", number: str = "AB-001", days: int = 0, **other: object) -> Licence:
    given = {
        "fields": {"hukou_address": "上海市杨浦区𠮷路", "household_size": 3, "renting": False, "members": ("甲", "乙")},
        "issued": dt.date(2020, 1, 1), "valid_until": None, "source": "gongan",
    } | other  # fmt: skip
    return Licence(kind=kind, number=number, as_of=AT + dt.timedelta(days=days), **given)


def sql(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.django_db
class TestFetched:
    def test_what_was_fetched_comes_back(self):
        service.keep_fetched(HOLDER, [licence(), licence("id_card", "X1", valid_until=dt.date(2030, 1, 1))], AT)
        book, card = queries.for_person(HOLDER)
        assert (book.kind, book.number, book.grade, book.state, book.source) == (
            "hukou_book",
            "AB-001",
            "A",
            "valid",
            "gongan",
        )
        assert book.fields == licence().fields and book.as_of == AT and book.holder == HOLDER
        assert rule.usable(book, ON) and rule.standing(card, dt.date(2030, 1, 2)) == "expired"
        assert queries.for_person(HOLDER, ["id_card"]) == (card,)
        assert queries.for_person(HOLDER, ["none"]) == queries.for_person(SPOUSE) == ()
        assert queries.one(HOLDER, "hukou_book", "ab 001") == book

    def test_the_newest_word_stays(self):
        service.keep_fetched(HOLDER, [licence(days=2, fields={"v": "new"})], AT)
        service.keep_fetched(HOLDER, [licence(days=1, fields={"v": "late answer"})], AT)
        assert queries.for_person(HOLDER)[0].fields == {"v": "new"}
        service.keep_fetched(HOLDER, [licence(days=3, fields={"v": "3"}), licence(days=2, fields={"v": "2"})], AT)
        assert queries.for_person(HOLDER)[0].fields == {"v": "3"}
        assert sql("select count(*) from credentials_credential") == [(1,)]

    def test_two_holders_of_one_licence_have_a_row_each(self):
        for holder in (HOLDER, SPOUSE):
            service.keep_fetched(holder, [licence("marriage", "J310-1")], AT)
        found = queries.for_persons([HOLDER, SPOUSE, str(uuid.UUID(int=9))], ["marriage"])
        assert {person: held[0].holder for person, held in found.items()} == {HOLDER: HOLDER, SPOUSE: SPOUSE}

    def test_one_statement_for_many(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            service.keep_fetched(HOLDER, [licence(f"k{i}") for i in range(30)], AT)
        with django_assert_num_queries(1):
            assert len(queries.for_person(HOLDER)) == 30
        with django_assert_num_queries(0):
            service.keep_fetched(HOLDER, [], AT)

    def test_what_a_department_no_longer_gives_counts_no_more(self):
        service.keep_fetched(HOLDER, [licence("a"), licence("b"), licence("c", source="minzheng")], AT)
        later = AT + dt.timedelta(days=1)
        service.keep_fetched(HOLDER, [licence("a", days=1)], later, asked=("a", "b", "c"), source="gongan")
        assert [held.kind for held in queries.for_person(HOLDER)] == ["a", "c"]
        gone = queries.one(HOLDER, "b", "AB-001")
        assert gone is not None and gone.state == "unknown" and rule.usable(gone, ON) is None
        service.keep_fetched(HOLDER, [licence("b", days=2)], later, asked=("b",), source="gongan")
        assert [held.kind for held in queries.for_person(HOLDER)] == ["a", "b", "c"]

    def test_nothing_readable_lies_in_the_table(self):
        service.keep_fetched(HOLDER, [licence(number="SECRET-77")], AT)
        lying = repr(sql("select * from credentials_credential"))
        assert "SECRET" not in lying and "杨浦" not in lying and "household_size" not in lying

    def test_it_works_in_a_pipeline(self):
        with connection.connection.pipeline():
            service.keep_fetched(HOLDER, [licence()], AT, asked=("hukou_book", "x"), source="gongan")
            service.keep_fetched(SPOUSE, [licence()], AT)
        assert len(queries.for_person(HOLDER)) == len(queries.for_person(SPOUSE)) == 1


@pytest.mark.django_db
class TestIssued:
    def issue(self, **other: object) -> None:
        given = {
            "issuer": "gongan", "issued": ON, "valid_until": None, "fields": {"name": "李桂芳"}, "case": "3101100012611210000013",
        } | other  # fmt: skip
        service.issue(HOLDER, "jinglaoka", "JL1", at=AT, **given)

    def test_a_result_is_a_credential_of_the_holder(self):
        self.issue()
        self.issue()
        (held,) = queries.for_person(HOLDER)
        assert (held.source, held.issuer, held.grade) == ("case:3101100012611210000013", "gongan", "A")
        assert rule.usable(held, ON) and not rule.usable(held, ON - dt.timedelta(days=1))

    def test_what_was_revoked_stays_revoked(self):
        self.issue()
        service.revoke(HOLDER, "jinglaoka", "JL1", AT)
        service.revoke(HOLDER, "jinglaoka", "JL1", AT)
        assert queries.for_person(HOLDER) == ()
        service.keep_fetched(HOLDER, [licence("jinglaoka", "JL1", days=5)], AT)
        assert queries.for_person(HOLDER) == ()
        held = queries.one(HOLDER, "jinglaoka", "JL1")
        assert held is not None and held.state == "revoked" and rule.standing(held, ON) == "revoked"
        assert list(queries.damaged()) == []

    def test_one_that_is_not_there_cannot_be_revoked(self):
        with pytest.raises(NotFound):
            service.revoke(HOLDER, "jinglaoka", "JL1", AT)


TAMPERING = {
    "expiry": "update credentials_credential set valid_until = '2099-01-01' where kind = 'b'",
    "date": "update credentials_credential set as_of = as_of + interval '1 day' where kind = 'a'",
    "source": "update credentials_credential set source = 'minzheng' where kind = 'a'",
    "kind": "update credentials_credential set kind = 'c' where kind = 'a'",
    "holder": f"update credentials_credential set holder = '{SPOUSE}' where kind = 'a'",
    "revoked made valid": "update credentials_credential set state = 'valid' where state = 'revoked'",
    "revoked made gone": "update credentials_credential set state = 'gone' where state = 'revoked'",
    "body of another": "update credentials_credential c set body = o.body from credentials_credential o "
    "where c.kind = 'a' and o.kind = 'b'",
    "number index": "update credentials_credential set number_blind = '\\x00' where kind = 'a'",
    "one byte": "update credentials_credential set body = set_byte(body, 20, get_byte(body, 20) # 1) where kind = 'a'",
}


@pytest.mark.django_db
@pytest.mark.parametrize("how", TAMPERING.values(), ids=TAMPERING.keys())
def test_a_changed_row_is_found_and_counts_for_nothing(how, caplog):
    service.keep_fetched(HOLDER, [licence("a"), licence("b", valid_until=dt.date(2020, 1, 1)), licence("r")], AT)
    service.revoke(HOLDER, "r", "AB-001", AT)
    assert list(queries.damaged()) == []
    sql(how)
    assert len(list(queries.damaged())) == 1
    honest = {("a", None), ("b", dt.date(2020, 1, 1))}
    held = queries.for_persons([HOLDER, SPOUSE])
    assert {(h.kind, h.valid_until) for every in held.values() for h in every} <= honest and SPOUSE not in held


@pytest.mark.django_db
@pytest.mark.parametrize(("column", "value"), [("state", "fine"), ("holder", None)])
def test_the_table_refuses_what_is_no_state_or_has_no_holder(column, value):
    from django.db import IntegrityError

    service.keep_fetched(HOLDER, [licence()], AT)
    with pytest.raises(IntegrityError):
        sql(f"update credentials_credential set {column} = %s", value)
