"""What the mail room needs of a way between nodes, whichever it is."""

from typing import Protocol


class Delivery(Protocol):
    """A bag that has come, until it is confirmed; what is not confirmed comes again."""

    data: bytes
    tries: int
    lane: tuple[str, str]
    """(from node, lane) as the address says; the bag's own signature decides."""

    async def ack(self) -> None:
        """It is applied and committed."""

    async def nak(self, delay: float) -> None:
        """Bring it again, after ``delay`` seconds."""

    async def working(self) -> None:
        """Still in hand: do not bring it again yet."""


class Away(Exception):
    """The way is cut: nothing is known of what was under way; try again later."""


class Transport(Protocol):
    """What the mail room needs of a way between nodes."""

    def open(self) -> None:
        """Begin to connect; returns at once."""

    @property
    def connected(self) -> bool:
        """Whether the way is open, as far as is known."""

    async def publish(self, to: str, lane: str, data: bytes, name: str) -> None:
        """Returns when it is stored. ``name``: the same one twice is one. Raises Away."""

    async def last(self, to: str, lane: str) -> bytes | None:
        """The last bag that we sent on this lane, as far as it is still kept. Raises Away."""

    async def once_more(self, after: int) -> tuple[int, bytes] | None:
        """The next bag to us behind this place of the stream, confirmed or not, with its place; None at the end. Raises Away."""

    async def fetch(self, most: int, wait: float) -> list[Delivery]:
        """Bags that have come; empty after ``wait`` seconds without any."""

    @property
    def idle(self) -> bool:
        """Whether all that was sent to us has been delivered to us, as far as the last answer says."""

    async def tell(self, to: str, data: bytes) -> None:
        """A word that nobody keeps. Lost when the way is cut."""

    async def hear(self, wait: float) -> bytes | None:
        """The next word to us."""

    async def close(self) -> None:
        """Leave."""
