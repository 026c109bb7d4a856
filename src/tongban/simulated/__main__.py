"""``python -m tongban.simulated --port 8071``: runs the pretended city until it is told to stop."""

import argparse
import os
import signal
import sys
import threading
from types import FrameType

from tongban.simulated.city import DEPARTMENTS, Behaviour, City
from tongban.simulated.residents import COUNT, SEED, make
from tongban.simulated.service import Service


def behaviours(text: str) -> dict[str, Behaviour]:
    """Read TONGBAN_SIMULATED_MODES, e.g. ``gongan=slow,yibao=down``; ValueError names what is wrong."""
    read = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        code, _, mode = part.partition("=")
        if code not in DEPARTMENTS:
            raise ValueError(f"{code}: one of {', '.join(DEPARTMENTS)}")
        read[code] = Behaviour(mode)
    return read


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C. Prints one line when ready."""
    parser = argparse.ArgumentParser(prog="python -m tongban.simulated", description="The pretended departments")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8071, help="0 takes a free port")
    parser.add_argument("--residents", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    city = City(make(options.seed, options.residents))
    city.behaviours.update(behaviours(os.environ.get("TONGBAN_SIMULATED_MODES", "")))
    try:
        service = Service(city, options.host, options.port)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)
        return 1
    stop = threading.Event()

    def asked_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, asked_to_stop)
    signal.signal(signal.SIGINT, asked_to_stop)
    threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    print(f"{len(city.residents)} synthetic residents at {service.url}", flush=True)
    stop.wait()
    service.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
