"""Copies of the logs of life events: the node that received one tells the city, and the city those nodes at which its person was served,
so that any counter sees what is held and for what. What was typed stays where the event was received (ADR 0018)."""

from tongban.domain import replica
from tongban.domain.mother import Mother
from tongban.exchange import letters, outbox, queries, watch
from tongban.exchange.letters import EventLog, Letter
from tongban.flows import despatch
from tongban.flows.desk import Desk, NotYet, judged
from tongban.flows.reactions import EVENT_WORK
from tongban.plumbing import here, jobs
from tongban.plumbing.tx import Elsewhere, current, step
from tongban.registers.cases import queries as cases
from tongban.registers.mothers import queries as mothers
from tongban.registers.mothers import service

SINCE = 3
"""The version of the letters that knows copies of life events."""


@step
def must_be_received_here(mother: Mother) -> None:
    """Only the node that received a life event writes its log and has its form: anywhere else the act is asked of that one."""
    if not here.hosts(mother.receiving):
        raise Elsewhere(mother.number, here.nodes().host(mother.receiving))


@step
def told(mother: Mother, query_code: str) -> None:
    """Tell the city, or at the city those who were served elsewhere, of what was just written."""
    nodes = here.nodes()
    if len(nodes.nodes) == 1:
        return
    to = watch.watchers([mother.number]).get(mother.number, []) if here.is_city() else [nodes.city]
    for node in to:
        send(mother.number, query_code, node)
        if here.is_city():
            _told_of_children(mother, node)


def _told_of_children(mother: Mother, node: str) -> None:
    """Who hears of a life event hears of its cases too, from the first fact of each: a part that a counter answered becomes a case
    which that counter can follow."""
    for one in mother.parts:
        # One whose facts are still under way to us goes on when they come: from now on that node is told of them.
        if one.number and watch.add(one.number, node):
            found = cases.get(one.number)
            if found is not None and node not in here.nodes().concerned(found.case):
                despatch.again(one.number, node, 0)


@step
def send(number: str, query_code: str, to: str) -> None:
    """Write the log of a life event to a node that can read it."""
    if queries.reads(to, SINCE) and to != here.node():
        log = tuple(letters.logged(one) for one in mothers.log(number))
        outbox.post(to, EventLog(number, query_code, log), current().at, number=number)


@step
def of_person(desk: Desk, person: str) -> None:
    """At the city: the node that asks hears of the person's life events, now and from then on."""
    if desk.schema < SINCE:
        return
    for found in mothers.of_person(person):
        if here.nodes().host(found.mother.receiving) != desk.sender:
            desk.watch(found.mother.number)
            send(found.mother.number, found.query_code, desk.sender)


@step
def log_came(desk: Desk, letter: Letter) -> None:
    """The log of a life event: kept as far as it is new, and at the city passed on to who asked."""
    body = letter.body
    assert isinstance(body, EventLog)
    found = mothers.get(body.number, lock=True)
    before = found.mother if found else Mother(body.number)
    try:
        entries = [letters.entry(body.number, one) for one in body.entries]
    except ValueError as why:
        raise NotYet("differs", f"an entry is not readable: {why}") from None
    restored = queries.restored_lately(desk.at)
    # A district believes the city about its own; the city has nobody above it and believes the districts that hold copies.
    ours = here.node() if restored and here.is_city() else ""
    with judged():
        after, fresh = replica.follow_event(before, entries, desk.sender, here.nodes(), ours)
    own = here.hosts(after.receiving)
    if not fresh or (own and not restored):
        return
    service.replicate(before.n, after, fresh, query_code=body.query_code, own=own)
    if own:
        # What its children did since is noted when all is here again.
        jobs.defer(jobs.Later(EVENT_WORK, after.number, after.n))
    if here.is_city():
        told(after, body.query_code)
        # Facts of its cases may be applied next, in this very transaction.
        desk.watchers.update(watch.watchers([one.number for one in after.parts if one.number]))
