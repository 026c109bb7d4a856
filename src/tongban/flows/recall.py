"""What nodes ask of each other when something is missing: facts of a case behind a gap, and, for a node restored from a backup,
all that it wrote since, of cases and of life events."""

import datetime as dt
from collections.abc import Sequence

from tongban.domain.actor import Actor
from tongban.exchange import inbox, outbox, queries, recalls, watch
from tongban.exchange.letters import Again, Letter, Recall, Recalled
from tongban.exchange.queries import Parked
from tongban.flows import despatch, event_copies
from tongban.flows.desk import Desk
from tongban.plumbing import here
from tongban.plumbing.clock import city_date
from tongban.plumbing.tx import current, flow, step
from tongban.registers.cases import queries as cases
from tongban.registers.cases import service
from tongban.registers.catalog import queries as catalog
from tongban.registers.mothers import queries as mothers

PATIENCE = dt.timedelta(seconds=5)
"""How long a letter waits for an earlier fact before it is asked for: lanes of different nodes are not in step."""
DRIFT = dt.timedelta(days=1)
"""Recalled from so long before the newest fact: a backup begins before it ends, and clocks differ."""
BATCH, PIECES = 200, 5
"""Cases of a recall that are written again in one transaction, and how many such pieces follow each other every few seconds."""
LEFT_OUT = 1_000
"""Numbers of each center that a restored node leaves out today: more than a center gives in a day."""
HELPED = ("gap", "not_holder")
"""Reasons to wait that go away when earlier facts come."""
ANSWERS = 4
"""The version of the letters in which the answer to a recall says which one."""
CALM = dt.timedelta(minutes=10)
"""How often a mere word of another node makes us ask for our own facts."""


@step
def again_came(desk: Desk, letter: Letter) -> None:
    """Another node lacks facts of a case: write them once more. Not for one whose business it is not, as far as this copy goes; that
    is noted and not kept, for who still lacks them asks again."""
    body = letter.body
    assert isinstance(body, Again)
    found = cases.get(body.number)
    nodes = here.nodes()
    if found is None:
        return
    if desk.sender not in nodes.concerned(found.case) and desk.sender not in watch.watchers([body.number]).get(
        body.number, ()
    ):
        current().about(not_told=[body.number, desk.sender])
        return
    despatch.again(body.number, desk.sender, body.after)


@flow("letters.ask_for_gaps")
def ask_for_gaps(actor: Actor, late: list[Parked], *, at: dt.datetime) -> None:
    """Ask those who may know for the facts that these letters wait for."""
    numbers = {one.number: one.from_node for one in late if one.number}
    copies = cases.get_many(sorted(numbers)) if numbers else {}
    nodes = here.nodes()
    for number, sender in numbers.items():
        copy = copies.get(number)
        after = copy.case.n if copy else 0
        whom = {sender, nodes.city}
        if copy is None or here.node() in nodes.concerned(copy.case):
            # Each is believed what it wrote itself: those that had a part in it, as far as we know, and where its number was given.
            # Who only watches a case hears of it from the city and is no business of theirs.
            whom |= {nodes.host(number[:9]), *(nodes.with_a_part(copy.case) if copy else ())}
        for node in sorted(whom - {here.node()}):
            outbox.post(node, Again(number, after), at, number=number)
    current().about(cases=len(numbers))


@flow("letters.recall")
def ask(actor: Actor, *, at: dt.datetime) -> None:
    """This node was restored from a backup: ask everybody for the facts since. A district waits for the city's answer, the city for
    all: what this node forgot may be known to one of them alone."""
    # Nobody to ask: nobody to wait for.
    if whom := _post_recall(at):
        inbox.recalling(at, whom)
    if catalog.newest() is not None:
        # Receipts that were given out after the backup, for cases that nobody else heard of, must not meet a second case.
        places = catalog.places()
        every = [*places.centers, *((places.online.code,) if places.online else ())]
        ours = [code for code in every if here.hosts(code)]
        service.leave_out(ours, city_date(at), LEFT_OUT)


@flow("letters.recall_told")
def told(actor: Actor, seen: Sequence[tuple[str, str, int]], *, at: dt.datetime) -> None:
    """Another node says that it has letters of ours that we do not know: (node, lane, number). Our numbers go on behind them. If that is
    so, this database is older than it was, and our facts are asked for; but a word proves nothing, so the web stays open, nobody is
    believed more than before, and who says it each second is not listened to each second."""
    for node, lane, number in seen:
        outbox.adopt(node, lane, number)
    current().about(lanes=[lane for _, lane, _ in seen])
    if inbox.told(at, at - CALM):
        _post_recall(at)


def _post_recall(at: dt.datetime) -> list[str]:
    newest = cases.last_fact()
    since = (newest or dt.datetime(2000, 1, 1, tzinfo=dt.UTC)) - DRIFT
    nodes = here.nodes()
    whom = [n for n in nodes.by_code if n != here.node()]
    outbox.post_many([(node, Recall(since)) for node in whom], at)
    current().about(since=str(since))
    return whom if here.is_city() else [nodes.city]


@step
def recall_came(desk: Desk, letter: Letter) -> None:
    """A restored node asks for the facts since a moment of every case that concerns it. They are written afterwards, in pieces
    (go_on)."""
    body = letter.body
    assert isinstance(body, Recall)
    recalls.begin(desk.sender, body.since, letter.at)


def go_on(actor: Actor, *, at: dt.datetime, pieces: int = 1) -> None:
    """Serve the nodes that were restored, each by a piece or a few; the rest comes the next time (every few seconds)."""
    for node in recalls.waiting():
        for _ in range(pieces):
            if not answer(actor, node, at=at):
                break


@flow("letters.recall_answered")
def answer(actor: Actor, node: str, *, at: dt.datetime) -> bool:
    """Write the facts of the next cases and the logs of the next life events again, by number, and when there are none left, that this
    was all; True when there may be more."""
    asked = recalls.next_of(node)
    if asked is None:
        return False
    nodes = here.nodes()
    batch = {case.number: case for case in cases.touched_since(asked.since, asked.after, BATCH)}
    events = {found.mother.number: found for found in mothers.touched_since(asked.since, asked.after, BATCH)}
    # Both go by number, so that one place says how far it is, and a life event is there before its cases.
    turn = sorted((*batch, *events))[:BATCH]
    # Who once asked for one at a counter hears of it only from the city.
    heard = watch.watchers(turn)
    theirs = [n for n in turn if n in batch and (node in nodes.concerned(batch[n]) or node in heard.get(n, ()))]
    logs = [events[number] for number in turn if number in events]
    logs = [
        one
        for one in logs
        if node in nodes.event_concerns(one.mother.receiving, here.node()) or node in heard.get(one.mother.number, ())
    ]
    for one in logs:
        event_copies.send(one.mother.number, one.query_code, node)
    for number in theirs:
        despatch.again(number, node, 0)
    written = asked.cases + len(theirs)
    if more := len(turn) == BATCH:
        recalls.served(node, turn[-1], written)
    else:
        outbox.post(node, Recalled(written, asked.asked_at if queries.reads(node, ANSWERS) else None), at)
        recalls.done(node)
    current().about(place=node, cases=len(theirs), events=len(logs), more=more)
    return more


@step
def recalled_came(desk: Desk, letter: Letter) -> None:
    """All that the other node knows of since the backup is here again (the letters came before this one in the same lane)."""
    body = letter.body
    assert isinstance(body, Recalled)
    inbox.recalled(desk.sender, body.of, desk.at)
