"""What nodes ask of each other when something is missing: facts of a case behind a gap, and, for a node restored from a backup,
all that it wrote since."""

import datetime as dt

from tongban.domain.actor import Actor
from tongban.exchange import inbox, outbox
from tongban.exchange.letters import Again, Letter, Recall, Recalled
from tongban.flows import despatch
from tongban.flows.desk import Desk
from tongban.plumbing import here
from tongban.plumbing.tx import current, flow, step
from tongban.registers.cases import queries as cases

PATIENCE = dt.timedelta(seconds=5)
"""How long a letter waits for an earlier fact before it is asked for: lanes of different nodes are not in step."""
DRIFT = dt.timedelta(days=1)
"""Recalled from so long before the newest fact: a backup begins before it ends, and clocks differ."""
BATCH = 500


@step
def again_came(desk: Desk, letter: Letter) -> None:
    """Another node lacks facts of a case: write them once more."""
    body = letter.body
    assert isinstance(body, Again)
    despatch.again(body.number, desk.sender, body.after)


@flow("letters.ask_for_gaps")
def ask_for_gaps(actor: Actor, late: list[inbox.Parked], *, at: dt.datetime) -> None:
    """Ask the sender, and the city, for the facts that these letters wait for."""
    numbers = {one.number: one.from_node for one in late if one.number}
    copies = cases.get_many(sorted(numbers)) if numbers else {}
    for number, sender in numbers.items():
        after = copies[number].case.n if number in copies else 0
        for node in {sender, here.nodes().city} - {here.node()}:
            outbox.post(node, Again(number, after), at, number=number)
    current().about(cases=len(numbers))


@flow("letters.recall")
def ask(actor: Actor, *, at: dt.datetime) -> None:
    """This node was restored from a backup: ask the city (the city asks everybody) for the facts since."""
    newest = cases.last_fact()
    since = (newest or dt.datetime(2000, 1, 1, tzinfo=dt.UTC)) - DRIFT
    inbox.recalling(at)
    nodes = here.nodes()
    whom = [n for n in nodes.by_code if n != here.node()] if here.is_city() else [nodes.city]
    outbox.post_many([(node, Recall(since)) for node in whom], at)
    current().about(since=str(since))


@step
def recall_came(desk: Desk, letter: Letter) -> None:
    """A restored node asks: write the facts since of every case that concerns it, then that this was all."""
    body = letter.body
    assert isinstance(body, Recall)
    count, after = 0, ""
    while batch := cases.touched_since(body.since, after, BATCH):
        for case in batch:
            if desk.sender in here.nodes().concerned(case):
                despatch.again(case.number, desk.sender, 0)
                count += 1
        after = batch[-1].number
    outbox.post(desk.sender, Recalled(count), desk.at)


@step
def recalled_came(desk: Desk, letter: Letter) -> None:
    """All that was written by us since the backup is here again (the letters came before this one in the same lane)."""
    inbox.recalling(None)
