"""A line between a node and the post office that can be cut, as a proxy on loopback: cut, it swallows what is sent and says
nothing, which is what a broken cable does; healed, it lets everybody begin anew."""

import asyncio
import threading
from contextlib import suppress


class Link(threading.Thread):
    """Use ``port`` instead of the post office's. Runs until ``close``."""

    def __init__(self, port: int, target: int) -> None:
        super().__init__(name=f"link-{port}", daemon=True)
        self.port, self.target = port, target
        self.is_cut = False
        self._lines: set[asyncio.StreamWriter] = set()
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self.start()
        assert self._ready.wait(10)

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        with suppress(RuntimeError):
            self._loop.run_forever()
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._line, "127.0.0.1", self.port)
        self._ready.set()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.is_cut:
                self._lines.add(writer)
                while await reader.read(65_536):
                    pass
                return
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self._lines |= {writer, back}
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if self.is_cut:
                    continue
                writer.write(data)
                await writer.drain()
        finally:
            self._lines.discard(writer)
            writer.close()

    def cut(self) -> None:
        """From now on nothing passes, and nobody is told."""
        self.is_cut = True

    def heal(self) -> None:
        """Lines that were cut are gone; new ones pass."""

        def anew() -> None:
            self.is_cut = False
            for writer in list(self._lines):
                writer.transport.abort()
            self._lines.clear()

        self._loop.call_soon_threadsafe(anew)

    def close(self) -> None:
        """End it."""

        def end() -> None:
            self._server.close()
            for writer in list(self._lines):
                writer.transport.abort()
            self._loop.stop()

        if self.is_alive():
            self._loop.call_soon_threadsafe(end)
            self.join(10)
