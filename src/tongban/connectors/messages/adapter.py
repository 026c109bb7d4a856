"""Sends a message through the city's gateway (one POST, safe to repeat by its id), or, where none is configured, lays it into a folder
as a file of its own: the file twin, by which a demo and a test see what a resident would have got."""

import os
from pathlib import Path
from typing import Protocol

import msgspec

from tongban.connectors.wire import Line, Wire, listened, read
from tongban.domain.ports import Message, Told, Unavailable

SOURCE = "messages"


class _Taken(msgspec.Struct, frozen=True):
    reference: Line


class Gateway:
    """Implements ``tongban.domain.ports.Messages`` against ``<url>/send``."""

    def __init__(self, url: str) -> None:
        self._wire = Wire(url)

    def send(self, message: Message) -> Told | Unavailable:
        """See the port."""
        return listened(SOURCE, lambda: Told(read(self._wire.post("/send", message), _Taken).reference, SOURCE))


class Folder:
    """The file twin: one file per message, named by its id, readable by its owner only. Written once, however often it is sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Message) -> Told | Unavailable:
        """See the port."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{message.id}.json"
        try:
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return Told(path.name, SOURCE)
        with open(made, "wb") as file:
            file.write(msgspec.json.encode(message))
        return Told(path.name, SOURCE)


class Adapter(Protocol):
    """Either of them."""

    def send(self, message: Message) -> Told | Unavailable:
        """See the port."""
        ...
