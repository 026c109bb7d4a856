"""Where the upper floors plug in what the flows ask for: departments and the card reader. Flows may not see config/wiring.py
(imports go downstairs only), so wiring puts itself here when the program starts."""

from collections.abc import Mapping
from typing import Protocol

from tongban.domain.ports import CardReader, Department, Messages, RealName


class Sockets(Protocol):
    """What is plugged in: config/wiring.py, or a test's own."""

    def department(self, code: str) -> Department:
        """The port of a department; NotFound for a code that the city does not have."""
        ...

    def card_reader(self) -> CardReader:
        """The identity-card reader of this counter."""
        ...

    def real_name(self) -> RealName:
        """The city's real-name service."""
        ...

    def messages(self) -> Messages:
        """The city's gateway for outgoing messages."""
        ...

    def offers(self) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Department -> (credential kinds it can give, checks it can answer)."""
        ...


_plugged: list[Sockets] = []


def plug(sockets: Sockets) -> None:
    """Plug in; the last one counts."""
    _plugged[:] = [sockets]


def plugged() -> Sockets:
    """What is plugged in; RuntimeError when the program forgot to."""
    if not _plugged:
        raise RuntimeError("No departments are plugged in: tongban.config.apps.ConfigConfig.ready does it")
    return _plugged[0]
