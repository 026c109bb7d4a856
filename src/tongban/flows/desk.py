"""The desk on which a bag is opened: who sent it and the cases it is about, read and locked at once, so that applying many
letters, of one bag or of several, costs few questions to the database."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.case import Case
from tongban.domain.replica import CannotFollow
from tongban.exchange import watch
from tongban.exchange.letters import Dossier, Facts, Letter
from tongban.plumbing import here
from tongban.registers.cases import queries as cases


class NotYet(Exception):
    """A letter that cannot be applied now. ``code``: gap, differs, not_holder, catalog, person. ``partly``: what was written of it
    stands, and the rest waits."""

    def __init__(self, code: str, why: str, *, partly: bool = False) -> None:
        super().__init__(why)
        self.code, self.why, self.partly = code, why, partly


@contextmanager
def judged() -> Iterator[None]:
    """What the rulebook says cannot be followed waits."""
    try:
        yield
    except CannotFollow as why:
        raise NotYet(why.code, why.why) from None


class Known(msgspec.Struct):
    """The copy of a case as it stands within this transaction."""

    case: Case
    query_code: str
    department: str


class Desk:
    """One bag: sender, lane, version of the letters, the time, and what its steps find out. Bags that are opened in one transaction
    lie ``beside`` each other: what one of them moves, the others see moved."""

    def __init__(self, sender: str, lane: str, schema: int, at: dt.datetime, *, beside: "Desk | None" = None) -> None:
        self.sender, self.lane, self.schema, self.at = sender, lane, schema, at
        self.known: dict[str, Known] = beside.known if beside else {}
        self.watchers: dict[str, list[str]] = beside.watchers if beside else {}
        self.touched: set[str] = beside.touched if beside else set()

    @property
    def actor(self) -> Actor:
        """The node whose letters these are, as the one who acts: in one transaction there may be several."""
        return Actor(kind="system", ref=f"node:{self.sender}", name=self.sender)

    def watch(self, number: str) -> None:
        """From now on the sender hears of this case, also of what is applied next in the same transaction."""
        watch.add(number, self.sender)
        heard = self.watchers.setdefault(number, [])
        if self.sender not in heard:
            heard.append(self.sender)

    def expect(self, some: Iterable[Letter]) -> None:
        """Read the cases that these letters are about, and at the city node who else hears of them."""
        wanted = sorted({one.body.number for one in some if isinstance(one.body, Facts | Dossier)} - set(self.known))
        if not wanted:
            return
        for number, found in cases.get_many(wanted).items():
            self.known[number] = Known(found.case, found.query_code, found.department)
        if here.is_city():
            self.watchers.update(watch.watchers(wanted))
