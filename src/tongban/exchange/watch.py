"""At the city node: which nodes asked for a case at a counter although no center of theirs has a part in it. They hear of it from
then on, so that a copy that was fetched does not grow old."""

from collections.abc import Sequence

from tongban.plumbing.statements import ask


def add(number: str, node: str) -> bool:
    """This node hears of the case from now on; whether it did not before."""
    return bool(
        ask(
            "insert into exchange_watch (number, node) values (%s, %s) on conflict do nothing returning number",
            [number, node],
        )
    )


def watchers(numbers: Sequence[str]) -> dict[str, list[str]]:
    """The nodes that hear of each of these cases."""
    found: dict[str, list[str]] = {}
    for number, node in ask("select number, node from exchange_watch where number = any(%s)", [list(numbers)]):
        found.setdefault(number, []).append(node)
    return found
