"""The limiter: so many tries and no more, forgiven when right, forgotten when over, not slipped past at the same moment."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tongban.plumbing import limiter
from tongban.plumbing.limiter import Limit, TooOften

AT = dt.datetime(2026, 9, 1, 2, 0, tzinfo=dt.UTC)
THREE = Limit("test", 3, 900)


@pytest.mark.django_db
def test_the_fourth_try_is_refused_and_says_until_when() -> None:
    for minute in range(3):
        limiter.take(THREE, "10.0.0.1", at=AT + dt.timedelta(minutes=minute))
    with pytest.raises(TooOften) as why:
        limiter.take(THREE, "10.0.0.1", at=AT + dt.timedelta(minutes=3))
    assert why.value.until == AT + dt.timedelta(minutes=15), "counted from the first try"
    assert "10:15" in why.value.text.zh
    limiter.take(THREE, "10.0.0.2", at=AT)
    limiter.take(Limit("other", 3, 900), "10.0.0.1", at=AT)
    limiter.take(THREE, "10.0.0.1", at=AT + dt.timedelta(minutes=15))


@pytest.mark.django_db
def test_a_right_try_does_not_count_and_no_address_is_kept() -> None:
    for _ in range(20):
        limiter.take(THREE, "10.0.0.1", at=AT)
        limiter.give_back(THREE, "10.0.0.1")
    with connection.cursor() as cursor:
        cursor.execute("select name, who, count from plumbing_try")
        [(name, who, count)] = cursor.fetchall()
    assert (name, count) == ("test", 0)
    assert b"10.0.0.1" not in bytes(who)
    assert limiter.forget(AT + dt.timedelta(hours=23)) == 0
    assert limiter.forget(AT + dt.timedelta(hours=25)) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_get_no_more_tries() -> None:
    def attempt(_: int) -> bool:
        try:
            limiter.take(THREE, "10.0.0.9", at=AT)
        except TooOften:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 3


@pytest.mark.parametrize(("raw", "who"), [
    ("10.1.2.3", "10.1.2.3"),
    ("::ffff:10.1.2.3", "10.1.2.3"),
    ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
    ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
    ("", "unknown"),
    ("<script>", "unknown"),
])  # fmt: skip
def test_who_an_address_stands_for(raw: str, who: str) -> None:
    assert limiter.address(raw) == who
