"""The people register on a real PostgreSQL: one person for a number, the newest of each source, nothing readable in the
tables, and a row that was changed is found."""

import datetime as dt
import threading

import msgspec
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from tongban.domain.consent import Consent, Mandate
from tongban.domain.person import Identity, identify
from tongban.domain.refusals import NotFound, Refused
from tongban.plumbing import crypto, statements
from tongban.registers.people import queries, rows, service
from tongban.registers.people.rows import Known

AT = dt.datetime(2026, 11, 21, 1, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 21)
ZHANG = identify("citizen", "张小明", "310101199003071230", today=TODAY)
LI = identify("citizen", "李桂芳", "310230196001010032", today=TODAY)


@pytest.fixture(autouse=True)
def keys():
    crypto.use(crypto.Keyring({1: b"k" * 16}, b"b" * 32, b"s" * 32))
    yield
    crypto.use(None)


def sql(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def known(value: object, source: str = "gongan", days: int = 0, grade: str = "A") -> Known:
    return Known(value, source, AT + dt.timedelta(days=days), grade)


@pytest.mark.django_db
class TestMeet:
    def test_the_same_number_is_the_same_person(self):
        first = service.meet(ZHANG, AT)
        assert service.meet(ZHANG, AT + dt.timedelta(days=9)) == first != service.meet(LI, AT)
        assert queries.identity(first) == ZHANG
        assert sql("select count(*) from people_person") == [(2,)]

    def test_meeting_again_writes_nothing(self):
        person = service.meet(ZHANG, AT)
        before = sql("select xmin, ctid::text, met_at from people_person where id = %s", person)
        service.meet(ZHANG, AT + dt.timedelta(days=1))
        assert sql("select xmin, ctid::text, met_at from people_person where id = %s", person) == before

    def test_the_number_is_found_however_it_is_typed(self):
        with_x = identify("citizen", "王五", "11010519491231002x", today=TODAY)
        person = service.meet(with_x, AT)
        for typed in ("11010519491231002X", "11010519491231002x", " 110105 19491231 002x ", "11010519491231002X"):
            assert queries.by_number("citizen", typed) == person
        assert queries.by_number("citizen", ZHANG.number) is None
        assert queries.by_number("foreigner", with_x.number) is None

    @pytest.mark.parametrize(
        "name",
        ["𠮷𫟼", "𰻞𬬭", "㛃", "阿卜杜拉·买买提", "买" * 49 + "·" + "提" * 50, "O'Brien Mary-Jane", "王", "𪚥" * 100],
    )
    def test_rare_characters_and_long_names_survive(self, name):
        given = identify("citizen", name, ZHANG.number, today=TODAY)
        person = service.meet(given, AT)
        assert queries.identity(person).name == given.name
        assert queries.by_name(name) == [person]

    def test_another_name_for_a_known_number_is_refused_unless_the_card_was_read(self):
        person = service.meet(ZHANG, AT)
        renamed = identify("citizen", "张大明", ZHANG.number, today=TODAY)
        with pytest.raises(Refused) as caught:
            service.meet(renamed, AT)
        assert caught.value.code == "person.name_differs"
        # What the register knows is not told to somebody who mistyped a number.
        assert "张小明" not in str(caught.value) and "张小明" not in caught.value.text.zh
        assert service.meet(renamed, AT, card=True) == person
        assert queries.identity(person).name == "张大明"
        assert queries.by_name("张小明") == [] and queries.by_name("张大明") == [person]
        assert list(queries.damaged()) == []

    def test_somebody_without_papers_is_new_each_time(self):
        baby = Identity("unknown", "张宝宝", "", dt.date(2026, 11, 1), "female")
        one, other = service.meet(baby, AT), service.meet(baby, AT)
        assert one != other and queries.identity(one) == queries.identity(other) == baby
        assert sorted(queries.by_name("张宝宝")) == sorted([one, other])

    def test_birth_and_sex_of_a_passport_holder_are_kept(self):
        given = identify("passport", "SMITH JOHN", "e1234567", today=TODAY, birth=dt.date(1980, 2, 29), sex="male")
        assert queries.identity(service.meet(given, AT)) == given

    def test_nothing_readable_lies_in_the_tables(self):
        person = service.meet(ZHANG, AT)
        service.keep(person, [("home_address", known("上海市杨浦区平凉路1号"))], AT)
        lying = repr(sql("select * from people_person")) + repr(sql("select * from people_datum"))
        raw = b"".join(
            bytes(r[0]) for r in sql("select identity from people_person union all select value from people_datum")
        )
        for word in ("张小明", "310101199003071230", "19900307", "平凉路"):
            assert word not in lying and word.encode() not in raw

    def test_several_at_once(self):
        one, other = service.meet(ZHANG, AT), service.meet(LI, AT)
        assert queries.identities([one, other, str(crypto.digest(b"")), ""]) == {one: ZHANG, other: LI}
        assert queries.identities([]) == {}
        with pytest.raises(NotFound):
            queries.identity("00000000-0000-7000-8000-000000000000")
        with pytest.raises(NotFound):
            queries.identity("' or 1=1 --")


@pytest.mark.django_db(transaction=True)
def test_eight_at_a_time_meet_one_person():
    numbers = ("310101199003071230", "310230196001010032", "310119196001010020", "11010519491231002X")
    for number in numbers:
        given = identify("citizen", "张小明", number, today=TODAY)
        ready, seen, wrong = threading.Barrier(8), [], []

        def work(given=given, ready=ready, seen=seen, wrong=wrong):
            try:
                ready.wait()
                with transaction.atomic():
                    seen.append(service.meet(given, AT))
            except Exception as error:
                wrong.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert not wrong and len(seen) == 8 and len(set(seen)) == 1
    assert sql("select count(*) from people_person") == [(4,)]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_meeting_that_is_taken_back_enters_the_person_itself():
    began, done = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            service.meet(ZHANG, AT)
            began.set()
            done.wait(5)
            transaction.set_rollback(True)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    began.wait(5)
    threading.Timer(0.2, done.set).start()
    with transaction.atomic():
        person = service.meet(ZHANG, AT)
    thread.join()
    assert queries.identity(person) == ZHANG


@pytest.mark.django_db
class TestKeep:
    def test_what_is_kept_comes_back(self):
        person = service.meet(ZHANG, AT)
        given = {
            "phone": known("13800000000", "self", grade="D"),
            "household_size": known(3),
            "has_house": known(False),
            "benefits": known(("dibao", "lianzu")),
            "home_address": known("上海市杨浦区𠮷路" + "长" * 5000),
            "empty": known(""),
        }
        service.keep(person, given.items(), AT)
        assert queries.known(person) == given
        assert queries.known(service.meet(LI, AT)) == {} == queries.known("nobody")

    def test_the_newest_of_each_source_stays(self):
        person = service.meet(ZHANG, AT)
        service.keep(person, [("phone", known("new", "self", 2, "D"))], AT)
        service.keep(person, [("phone", known("late answer", "self", 1, "D"))], AT)
        assert queries.known(person)["phone"].value == "new"
        service.keep(person, [("phone", known("newer", "self", 3, "D"))], AT)
        assert queries.known(person)["phone"].value == "newer"
        service.keep(
            person, [("phone", known("a", "x", 1)), ("phone", known("b", "x", 2)), ("phone", known("c", "x", 1))], AT
        )
        assert [k.value for k in queries.heard(person)["phone"]] == ["b", "newer"]

    def test_the_most_trusted_then_the_newest_is_the_best(self):
        person = service.meet(ZHANG, AT)
        service.keep(
            person,
            [
                ("x", known("declared yesterday", "self", 5, "D")),
                ("x", known("authority", "gongan", 1, "A")),
                ("x", known("other authority, newer", "minzheng", 2, "A")),
                ("x", known("counter", "counter", 9, "B")),
            ],
            AT,
        )
        assert queries.known(person)["x"].value == "other authority, newer"
        assert [k.grade for k in queries.heard(person)["x"]] == ["A", "A", "B", "D"]

    def test_nothing_to_keep_is_nothing(self):
        service.keep(service.meet(ZHANG, AT), [], AT)
        assert sql("select count(*) from people_datum") == [(0,)]

    def test_several_persons_in_one_statement(self, django_assert_num_queries):
        one, other = service.meet(ZHANG, AT), service.meet(LI, AT)
        service.keep(one, [("x", known("1"))], AT)
        service.keep(other, [("x", known("2"))], AT)
        with django_assert_num_queries(1):
            found = queries.known_of([one, other])
        assert (found[one]["x"].value, found[other]["x"].value) == ("1", "2")

    def test_meet_and_keep_are_one_statement_each(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            person = service.meet(ZHANG, AT)
        with django_assert_num_queries(1):
            assert service.meet(ZHANG, AT) == person
        with django_assert_num_queries(1):
            service.keep(person, [(f"e{i}", known(i)) for i in range(40)], AT)

    def test_they_travel_together_in_a_flow(self):
        with transaction.atomic(), statements.together():
            person = service.meet(ZHANG, AT)
            service.keep(person, [("x", known("1"))], AT)
            other = service.meet(LI, AT)
            service.keep(other, [("x", known("2"))], AT)
        assert queries.known(person)["x"].value == "1" and queries.known(other)["x"].value == "2"

    @how(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        st.one_of(
            st.text(), st.integers(-(2**63), 2**64 - 1), st.booleans(), st.lists(st.text(), max_size=5).map(tuple)
        )
    )
    def test_every_value_comes_back(self, value):
        with transaction.atomic():
            person = service.meet(ZHANG, AT)
            service.keep(person, [("x", known(value))], AT)
            assert queries.known(person)["x"].value == value
            assert type(queries.known(person)["x"].value) is type(value)
            transaction.set_rollback(True)


TAMPERING = {
    "value moved to another element": "update people_datum d set value = o.value from people_datum o where d.element = 'a' and o.element = 'b'",
    "declaration dressed as authority": "update people_datum set grade = 'A' where element = 'b'",
    "old made new": "update people_datum set as_of = as_of + interval '1 day' where element = 'a'",
    "another source": "update people_datum set source = 'minzheng' where element = 'a'",
    "another person": "update people_datum set person_id = (select p.id from people_person p where p.id <> people_datum.person_id) where element = 'a'",
    "one byte": "update people_datum set value = set_byte(value, 20, get_byte(value, 20) # 1) where element = 'a'",
    "emptied": "update people_datum set value = '' where element = 'a'",
    "names exchanged": "update people_person p set identity = o.identity from people_person o where p.id <> o.id",
    "number index of another": "update people_person set number_blind = '\\x00112233' where id_kind = 'citizen' "
    "and id = (select min(id::text)::uuid from people_person)",
    "name index of another": "update people_person set name_blind = '\\x00' where id = (select min(id::text)::uuid from people_person)",
    "another kind of number": "update people_person set id_kind = 'passport' where id = (select min(id::text)::uuid from people_person)",
    "mandate for somebody else": "update people_mandate set principal = 'x'",
    "revoked mandate alive": "update people_mandate set revoked_on = null where revoked_on is not null",
    "mandate ended": "update people_mandate set revoked_on = '2026-11-20' where revoked_on is null",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("how_", TAMPERING.values(), ids=TAMPERING.keys())
def test_a_changed_row_is_found(how_):
    one, other = service.meet(ZHANG, AT), service.meet(LI, AT)
    service.keep(one, [("a", known("1")), ("b", known("2", "self", grade="D"))], AT)
    service.mandate(mandate(one, other), AT, "staff:1")
    service.revoke_mandate(service.mandate(mandate(one, other), AT, "staff:1"), dt.date(2026, 11, 22), "staff:1")
    assert list(queries.damaged()) == []
    sql(how_)
    assert list(queries.damaged()), "the change was not found"


@pytest.mark.django_db
def test_a_changed_value_is_left_out_and_said(caplog):
    person = service.meet(ZHANG, AT)
    service.keep(person, [("a", known("1")), ("b", known("2"))], AT)
    sql(TAMPERING["one byte"])
    assert set(queries.known(person)) == {"b"}
    assert "people.datum" in caplog.text and person in caplog.text


@pytest.mark.django_db
def test_every_row_is_gone_through_page_by_page():
    for i in range(7):
        person = service.meet(Identity("unknown", f"人{'一二三四五六七'[i]}"), AT)
        service.keep(person, [(f"e{j}", known(j)) for j in range(5)], AT)
    assert len(list(queries._every("people_person", "id", size=3))) == 7
    assert len(list(queries._every("people_datum", "person_id, element", size=3))) == 35
    assert len(set(queries._every("people_datum", "person_id, element", size=1))) == 35


def mandate(agent: str, principal: str, **other: object) -> Mandate:
    given = {
        "kind": "written", "valid_from": TODAY, "valid_until": dt.date(2026, 12, 31), "items": ("jinglaoka",), "paper": "ab" * 32,
    } | other  # fmt: skip
    return Mandate(principal=principal, agent=agent, **given)


@pytest.mark.django_db
class TestMandates:
    def test_a_mandate_comes_back_with_its_reference(self):
        son, mother = service.meet(ZHANG, AT), service.meet(LI, AT)
        ref = service.mandate(mandate(son, mother), AT, "staff:1")
        (held,) = queries.mandates_for(son, mother)
        assert held.ref == ref and held.items == ("jinglaoka",) and held.valid_until == dt.date(2026, 12, 31)
        assert queries.mandates_for(son) == queries.mandates_of(mother) == (held,) and queries.mandate(ref) == held
        assert queries.mandates_for(mother) == queries.mandates_of(son) == ()
        assert held.relation == ""
        assert queries.named_papers(["ab" * 32, "cd" * 32, ""]) == {"ab" * 32}

    def test_what_was_said_of_the_two_stays_when_it_ends_and_goes_into_no_letter(self):
        son, mother = service.meet(ZHANG, AT), service.meet(LI, AT)
        ref = service.mandate(mandate(son, mother), AT, "staff:1", "parent")
        service.revoke_mandate(ref, dt.date(2026, 11, 25), "staff:2")
        held = queries.mandate(ref)
        assert (held.relation, held.revoked_on) == ("parent", dt.date(2026, 11, 25))
        assert type(queries.plain(held)) is Mandate
        assert b"parent" not in msgspec.json.encode(queries.plain(held))

    def test_a_mandate_sealed_before_relations_were_said_opens(self):
        given = mandate("agent", "principal")
        place = ("r", "agent", "principal", None)
        before = crypto.seal(msgspec.msgpack.encode(given), context=rows._mandate_place(*place))
        held = rows.open_mandate(*place, before)
        assert (rows.plain_mandate(held), held.relation) == (given, "")

    def test_one_for_an_organisation(self):
        clerk = service.meet(ZHANG, AT)
        service.mandate(mandate(clerk, "91110000600037341L", kind="organisation"), AT, "staff:1")
        assert queries.mandates_for(clerk, "91110000600037341L")[0].kind == "organisation"

    def test_what_the_rulebook_refuses_is_not_entered(self):
        person = service.meet(ZHANG, AT)
        with pytest.raises(Refused, match="mandate"):
            service.mandate(mandate(person, person), AT, "staff:1")
        assert sql("select count(*) from people_mandate") == [(0,)]

    def test_revoking_ends_it_and_the_first_end_stays(self):
        son, mother = service.meet(ZHANG, AT), service.meet(LI, AT)
        ref = service.mandate(mandate(son, mother), AT, "staff:1")
        service.revoke_mandate(ref, dt.date(2026, 11, 25), "staff:2")
        service.revoke_mandate(ref, dt.date(2026, 11, 28), "staff:2")
        assert queries.mandate(ref).revoked_on == dt.date(2026, 11, 25)
        with pytest.raises(NotFound):
            service.revoke_mandate("00000000-0000-7000-8000-000000000000", TODAY, "staff:2")


def consent(person: str, **other: object) -> Consent:
    given = {
        "purpose": "敬老卡申领", "kinds": ("hukou_book", "check:age"), "given_at": AT, "given_by": person,
        "until": AT + dt.timedelta(days=1), "about": "visit:1",
    } | other  # fmt: skip
    return Consent(person=person, **given)


@pytest.mark.django_db
class TestConsents:
    def test_a_consent_comes_back(self):
        person = service.meet(ZHANG, AT)
        ref = service.consent(consent(person))
        service.consent(consent(person, about="visit:2", given_at=AT + dt.timedelta(hours=1)))
        newest, held = queries.consents_of(person)
        assert (newest.about, held.ref) == ("visit:2", ref)
        assert (held.kinds, held.until, held.person) == (("hukou_book", "check:age"), AT + dt.timedelta(days=1), person)
        assert [c.ref for c in queries.consents_of(person, about="visit:1")] == [ref]

    def test_one_for_once_is_used_once(self):
        person = service.meet(ZHANG, AT)
        ref = service.consent(consent(person, once=True, until=None))
        service.use_consent(ref, AT)
        with pytest.raises(Refused, match=r"consent\.used"):
            service.use_consent(ref, AT + dt.timedelta(minutes=1))
        assert queries.consents_of(person)[0].used_at == AT
        often = service.consent(consent(person))
        service.use_consent(often, AT)
        service.use_consent(often, AT + dt.timedelta(minutes=1))

    def test_withdrawing_stays_with_the_first(self):
        person = service.meet(ZHANG, AT)
        ref = service.consent(consent(person))
        service.withdraw_consent(ref, AT + dt.timedelta(hours=2))
        service.withdraw_consent(ref, AT + dt.timedelta(hours=3))
        assert queries.consents_of(person)[0].withdrawn_at == AT + dt.timedelta(hours=2)
        with pytest.raises(NotFound):
            service.withdraw_consent("00000000-0000-7000-8000-000000000000", AT)

    def test_what_the_rulebook_refuses_is_not_entered(self):
        person = service.meet(ZHANG, AT)
        with pytest.raises(Refused):
            service.consent(consent(person, kinds=()))
        assert queries.consents_of(person) == ()
