"""Where a draft lies: whoever is asked for it, whatever comes twice, late or out of order, it lies at one node and is used once."""

import random
from collections.abc import Callable

import pytest

from tongban.domain import draft
from tongban.domain.draft import Lies

HERE, THERE, THIRD = "yangpu", "putuo", "minhang"


@pytest.mark.parametrize(
    ("mine", "moves", "late", "answer"),
    [
        (Lies(HERE), 0, False, "give"),
        (Lies(HERE, 2), 1, False, "give"),
        (Lies(THERE, 1), 0, False, "give"),  # asked twice: given twice, as the same move
        (Lies(THIRD, 1), 0, False, "on"),
        (Lies(HERE, 1, "3101"), 1, False, "used"),
        (None, 0, False, "none"),
        (None, 1, False, "wait"),  # it was sent here, and has not come
        (None, 1, True, "none"),
        (Lies(HERE, 1), 2, False, "wait"),  # it left, came back, and the letter that brings it is behind
        (Lies(THIRD, 1), 2, False, "wait"),
        (Lies(HERE, 1), 2, True, "none"),
    ],
)
def test_what_becomes_of_a_question_for_a_draft(mine: Lies | None, moves: int, late: bool, answer: str) -> None:
    assert draft.asked_for(mine, HERE, THERE, moves, late=late) == answer


def test_a_draft_comes_once_and_never_back_after_it_was_handed_in() -> None:
    assert draft.comes(None, 1) and draft.comes(Lies(THERE, 1), 2)
    assert not draft.comes(Lies(HERE, 1), 1) and not draft.comes(Lies(THERE, 2), 1)
    assert not draft.comes(Lies(HERE, 1, "3101"), 2)


@pytest.mark.parametrize(
    ("known", "told", "sender", "word"),
    [
        (None, Lies(HERE), HERE, "believe"),
        (None, Lies(""), HERE, "known"),
        (None, Lies(THERE), HERE, "known"),  # not the sender's to tell
        (Lies(THERE), Lies(HERE, 1), HERE, "believe"),
        (Lies(HERE, 1), Lies(THERE), THERE, "older"),
        (Lies(HERE, 1), Lies(HERE, 1), HERE, "believe"),  # saved again today
        (Lies(HERE, 1), Lies(THERE, 1), THERE, "known"),
        (Lies(HERE, 1), Lies(HERE, 1, "3101"), HERE, "believe"),
        (Lies(HERE, 1, "3101"), Lies(THERE, 2), THERE, "known"),
        (Lies(HERE, 1), Lies("", 1), HERE, "believe"),  # forgotten where it lay
        (Lies(HERE, 1), Lies("", 1), THERE, "known"),
        (Lies(HERE, 1), Lies("", 2), THERE, "known"),
    ],
)
def test_what_the_city_makes_of_a_word(known: Lies | None, told: Lies, sender: str, word: str) -> None:
    assert draft.heard(known, told, sender) == word


NODES = (HERE, THERE, THIRD)


@pytest.mark.parametrize("seed", range(60))
def test_however_letters_cross_a_draft_lies_at_one_node(seed: int) -> None:
    """Nodes ask for one draft as they like; letters of each pair come in order, some twice, pairs among each other in any order."""
    chance = random.Random(seed)
    rows: dict[str, Lies] = {HERE: Lies(HERE)}
    lanes: dict[tuple[str, str], list[tuple[str, str, int]]] = {}

    def post(sender: str, to: str, *what: object) -> None:
        lanes.setdefault((sender, to), []).extend([what] * chance.choice((1, 1, 2)))  # type: ignore[list-item]

    def wanted(at: str, origin: str, moves: int) -> bool:
        mine = rows.get(at)
        answer = draft.asked_for(mine, at, origin, moves)
        if answer == "wait":
            return False
        if answer == "give":
            assert mine is not None
            count = mine.moves if mine.node != at else mine.moves + 1
            rows[at] = Lies(origin, count)
            post(at, origin, "draft", "", count)
        elif answer == "on":
            assert mine is not None
            post(at, mine.node, "wanted", origin, mine.moves)
        return True

    def came(at: str, moves: int) -> bool:
        if draft.comes(rows.get(at), moves):
            rows[at] = Lies(at, moves)
        return True

    def carry(most: int) -> None:
        parked: list[Callable[[], bool]] = []
        for _ in range(most):
            open_ = [pair for pair, waiting in lanes.items() if waiting]
            if not open_ and not parked:
                return
            if open_ and (not parked or chance.random() < 0.8):
                pair = chance.choice(open_)
                kind, origin, moves = lanes[pair].pop(0)
                at = pair[1]
                try_it = (
                    (lambda a=at, o=origin, m=moves: wanted(a, o, m))
                    if kind == "wanted" and origin != at
                    else (lambda a=at, m=moves: came(a, m))
                    if kind == "draft"
                    else lambda: True
                )
            else:
                try_it = parked.pop(0)
            if not try_it():
                parked.append(try_it)
        raise AssertionError("letters go round and round")

    for _ in range(6):
        asker = chance.choice(NODES)
        mine = rows.get(asker)
        if mine is None or mine.node != asker:
            post(asker, *((mine.node, "wanted", asker, mine.moves) if mine else (HERE, "wanted", asker, 0)))
        if chance.random() < 0.5:
            carry(2_000)
        lying = [node for node, row in rows.items() if row.node == node]
        assert len(lying) <= 1, "never at two nodes, and while it is under way at none"
    carry(5_000)
    assert len([node for node, row in rows.items() if row.node == node]) == 1
