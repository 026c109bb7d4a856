"""The floor of the exchange: bare JetStream. The bags of a run are read from the stream as they are, then published and consumed
again by clients that do nothing else, with as many under way as the mail room has."""

import asyncio
import statistics
import time
from typing import Any

import msgspec
import nats
from nats.js import api

from tongban.exchange import nats_server
from tongban.exchange.relay import FLIGHT
from tongban.exchange.transports.subjects import stream

FLOOR = "FLOOR"


class Carried(msgspec.Struct, frozen=True):
    """Messages a second, the mean size in bytes, and the seconds from publishing one alone until it is consumed and acked (p50)."""

    rate: float
    size: float
    p50: float


def read_all(city: Any, node: str) -> list[bytes]:
    """The bags that lie in a node's stream."""

    async def read() -> list[bytes]:
        line = await _line(city)
        js = line.jetstream()
        state = (await js.stream_info(stream(node))).state
        found = [
            (await js.get_msg(stream(node), seq)).data or b"" for seq in range(state.first_seq, state.last_seq + 1)
        ]
        await line.close()
        return found

    return asyncio.run(read())


def carry(city: Any, bags: list[bytes], *, at_least: float) -> Carried:
    """Publish and consume these messages, again and again for so many seconds."""

    async def run() -> Carried:
        line, other = await _line(city), await _line(city)
        js = line.jetstream()
        await js.add_stream(api.StreamConfig(name=FLOOR, subjects=["floor.x"], storage=api.StorageType.FILE))
        consumer = await other.jetstream().pull_subscribe("floor.x", durable="floor", stream=FLOOR)
        done = 0

        async def consume() -> None:
            nonlocal done
            while True:
                for message in await consumer.fetch(16, timeout=30):
                    await message.ack()
                    done += 1

        reading = asyncio.create_task(consume())
        begun, sent = time.monotonic(), 0
        while time.monotonic() - begun < at_least:
            await asyncio.gather(*(js.publish("floor.x", bags[(sent + i) % len(bags)]) for i in range(FLIGHT)))
            sent += FLIGHT
        while done < sent:
            await asyncio.sleep(0.001)
        rate, waits = sent / (time.monotonic() - begun), []
        for data in bags[:50]:
            start, want = time.monotonic(), done + 1
            await js.publish("floor.x", data)
            while done < want:
                await asyncio.sleep(0)
            waits.append(time.monotonic() - start)
        reading.cancel()
        await js.delete_stream(FLOOR)
        await line.close()
        await other.close()
        return Carried(rate, sum(map(len, bags)) / len(bags), statistics.median(waits))

    return asyncio.run(run())


async def _line(city: Any) -> Any:
    door = nats_server.door(city.post, nats_server.ADMIN)
    url = f"nats://127.0.0.1:{city.nats_port}"
    return await nats.connect(url, user=door.user, password=door.password, inbox_prefix=nats_server.inbox(door.user))
