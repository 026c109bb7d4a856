"""What the house forgets by itself, and when (timed work of flows/jobs.py): scans that nobody names, drafts that nobody came back
to, answers of acts done long ago, sessions that have ended. Personal data that serves nobody any more is a risk and nothing else.

Each removal is an act in pieces of at most ``MOST`` rows with one audit line each: how much went, never what it said."""

import datetime as dt
from collections.abc import Callable, Sequence

from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.refusals import NotAllowed
from tongban.exchange import arriving, keeping, outbox, questions, requests, whereabouts
from tongban.flows import draft_moves
from tongban.plumbing import files, forgetting, here
from tongban.plumbing.files import Swept
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import named
from tongban.registers.cases import service as cases
from tongban.registers.mothers import named as events_named
from tongban.registers.mothers import service as mothers
from tongban.registers.people import queries as people

# A paper from another province takes weeks; who has not come back after three months is asked anew, because by then the
# answers are old, too.
DRAFT_DAYS = 90
# The city forgets where a draft lies a little after its node has forgotten the draft: until then a node may say so itself.
DRAFT_SLACK = 7
# A resend comes within minutes, a machine that was switched off sends again within days. A key used a month later is a new act.
ANSWER_DAYS = 30
# Between a scan and its case lie minutes at a counter and at most days at a machine. A week leaves room for a node that was
# away, and is what docs/api.md promises.
UPLOAD_DAYS = 7
# Letters about a file are under way for seconds; what is older than a day is stuck, and then no file goes.
LETTER_DAYS = 1
# What was asked from here of another node is shown with the case: until nobody asks after it any more.
REQUEST_DAYS = 90
MOST, TIMES = 5_000, 40


def _must_be_time(actor: Actor) -> None:
    if actor.kind != "system":
        raise NotAllowed("forget.by_time", "只由系统按期清理", "Only time does this")


@flow("forget.drafts")
def drafts_once(actor: Actor, *, at: dt.datetime) -> int:
    """Remove drafts that were not touched for DRAFT_DAYS; returns how many."""
    _must_be_time(actor)
    before = at - dt.timedelta(days=DRAFT_DAYS)
    items, events = cases.drafts.forget(before, MOST), mothers.drafts.forget(before, MOST)
    draft_moves.forgotten("item", items)
    draft_moves.forgotten("event", events)
    whereabouts.sweep_old(before - dt.timedelta(days=DRAFT_SLACK))
    current().about(removed=len(items) + len(events))
    return len(items) + len(events)


@flow("forget.answers")
def answers_once(actor: Actor, *, at: dt.datetime) -> int:
    """Forget the answers of acts done more than ANSWER_DAYS ago; returns how many."""
    _must_be_time(actor)
    gone = forgetting.answers(at - dt.timedelta(days=ANSWER_DAYS), MOST)
    current().about(removed=gone)
    return gone


@flow("forget.sessions")
def sessions_once(actor: Actor, *, at: dt.datetime) -> int:
    """Forget sessions that have ended; returns how many."""
    _must_be_time(actor)
    gone = forgetting.sessions(at, MOST)
    current().about(removed=gone)
    return gone


@flow("forget.letters")
def letters_once(actor: Actor, *, at: dt.datetime) -> int:
    """Forget letters that were applied at the other node long ago (outbox.KEEP), what was asked of other nodes and answered a season ago,
    and questions that were answered yesterday."""
    _must_be_time(actor)
    gone = max(outbox.sweep(at, MOST), requests.sweep(at - dt.timedelta(days=REQUEST_DAYS), MOST))
    questions.sweep(at - dt.timedelta(days=1))
    if not here.is_city():
        whereabouts.sweep(at - dt.timedelta(days=1), at - outbox.KEEP)
    arriving.sweep(at - outbox.KEEP)
    current().about(removed=gone)
    return gone


@flow("forget.uploads")
def let_go(actor: Actor, digests: Sequence[str], *, at: dt.datetime) -> None:
    """These files are named by nobody and may go."""
    _must_be_time(actor)
    keeping.forget_sent(digests)
    current().about(files=len(digests))


def drafts(at: dt.datetime) -> int:
    """Old drafts, piece by piece."""
    return _in_pieces(drafts_once, at)


def answers(at: dt.datetime) -> int:
    """Old answers, piece by piece."""
    return _in_pieces(answers_once, at)


def sessions(at: dt.datetime) -> int:
    """Ended sessions, piece by piece."""
    return _in_pieces(sessions_once, at)


def letters(at: dt.datetime) -> int:
    """Old letters, piece by piece."""
    return _in_pieces(letters_once, at)


def uploads(at: dt.datetime) -> Swept:
    """Files that no case, life event, draft or mandate names, UPLOAD_DAYS after they were put; none while letters lie that
    may name one."""
    if keeping.under_way(at - dt.timedelta(days=LETTER_DAYS)):
        return Swept(0, 0, 0)
    by_drafts = named.by_drafts() | events_named.digests()

    def asked(digests: list[str]) -> set[str]:
        held = named.by_cases(digests) | people.named_papers(digests) | (by_drafts & set(digests))
        if free := [one for one in digests if one not in held]:
            let_go(SYSTEM, free, at=at)
        return held

    return files.sweep(at - dt.timedelta(days=UPLOAD_DAYS), asked)


def _in_pieces(once: Callable[..., int], at: dt.datetime) -> int:
    """At most TIMES pieces a night: what is left goes the next night."""
    total = 0
    for _ in range(TIMES):
        gone = once(SYSTEM, at=at)
        total += gone
        if gone < MOST:
            break
    return total
