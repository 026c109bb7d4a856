"""How often somebody may try (guess a query code, ask a machine's door): counted in the database, so that it holds over all
processes of a node and over a restart. Who tries is kept as a keyed print, never as an address."""

import datetime as dt
import ipaddress

import msgspec
from django.db import connection

from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.plumbing import clock, crypto


class Limit(msgspec.Struct, frozen=True):
    """At most ``most`` tries in ``seconds`` seconds, counted from the first of them."""

    name: str
    most: int
    seconds: int


class TooOften(Refused):
    """The limit is reached. ``until`` is when the next try is allowed."""

    def __init__(self, limit: Limit, until: dt.datetime) -> None:
        self.until = until
        at = f"{until.astimezone(clock.CITY_ZONE) + dt.timedelta(seconds=59):%H:%M}"
        super().__init__(
            f"limit.{limit.name}",
            f"试错次数过多,为保护办件信息,请在 {at} 以后再试",
            f"Too many wrong tries; to protect everybody's cases please try again after {at}",
            advice=Text(
                "请核对收件凭证上的编号和查询码;急需查询可拨打 962200 或到任一中心窗口",
                "Check the number and the code on your receipt; if it is urgent call 962200 or ask at any counter",
            ),
            limit=limit.name,
        )


# One row for each who; the count begins anew when its time is over. RETURNING gives the count this try made.
_TAKE = """
insert into plumbing_try as t (name, who, since, count) values (%(name)s, %(who)s, %(at)s, 1)
on conflict (name, who) do update set
  count = case when t.since <= %(over)s then 1 else t.count + 1 end,
  since = case when t.since <= %(over)s then excluded.since else t.since end
returning count, since
"""


def take(limit: Limit, who: str, *, at: dt.datetime) -> None:
    """Count a try before it is made, so that tries at the same moment cannot slip through; TooOften when none is left."""
    over = at - dt.timedelta(seconds=limit.seconds)
    values = {"name": limit.name, "who": _print(limit, who), "at": at, "over": over}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        count, since = cursor.fetchone()
    if count > limit.most:
        raise TooOften(limit, since + dt.timedelta(seconds=limit.seconds))


def give_back(limit: Limit, who: str) -> None:
    """The try was a right one: it does not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update plumbing_try set count = greatest(0, count - 1) where name = %s and who = %s",
            [limit.name, _print(limit, who)],
        )


def forget(at: dt.datetime) -> int:
    """Remove what began more than a day ago (any limit here is far shorter); return how many rows. For timed work."""
    with connection.cursor() as cursor:
        cursor.execute("delete from plumbing_try where since < %s", [at - dt.timedelta(days=1)])
        return cursor.rowcount


def address(raw: str) -> str:
    """Who an address stands for: an IPv4 address, or the /64 that a provider gives one household in IPv6."""
    try:
        found = ipaddress.ip_address(raw.strip())
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _print(limit: Limit, who: str) -> bytes:
    return crypto.blind(who, field=f"limit.{limit.name}")
