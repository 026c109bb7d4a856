"""Founds a node, in a process of its own: migrates, lays out the screens, publishes the catalog, issues a machine's token.
A process of its own, because whoever runs many nodes has many databases, and Django is pointed at one for its life."""

import argparse
import datetime as dt
import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings.embedded")


def main(arguments: list[str] | None = None) -> int:
    """Prints one line of JSON: the catalog's digest and the token, each only when asked for. Harmless to repeat."""
    parser = argparse.ArgumentParser(prog="python -m tongban.config.found", description="Found a node")
    parser.add_argument("--screens", action="store_true", help="lay out what the screens are made of")
    parser.add_argument("--publish", metavar="NOTE", default="", help="publish the city's catalog (city node only)")
    parser.add_argument("--token", metavar="NAME", default="", help="issue a token for a machine, good for two days")
    parser.add_argument(
        "--place", action="append", default=[], help="where the token's powers hold; the first is its home"
    )
    parser.add_argument("--powers", default="", help="the token's powers, comma-separated")
    asked = parser.parse_args(arguments)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if asked.screens:
        from tongban.config import static

        try:
            static.gather()
        except static.NotInstalled as why:
            print(why, file=sys.stderr)
            return 1
        call_command("collectstatic", verbosity=0, interactive=False)
    told: dict[str, str] = {}
    if asked.publish:
        told["catalog"] = _publish(asked.publish)
    if asked.token:
        told["token"] = _token(asked.token, asked.place, [p for p in asked.powers.split(",") if p])
    print(json.dumps(told), flush=True)
    return 0


def _publish(note: str) -> str:
    from django.conf import settings

    from tongban.domain.actor import SYSTEM
    from tongban.flows.publish import publish
    from tongban.plumbing import clock
    from tongban.registers.catalog import city

    return str(publish(SYSTEM, city.load(settings.CITY_FOLDER), at=clock.now(), note=note).digest)


def _token(name: str, places: list[str], powers: list[str]) -> str:
    from tongban.domain.actor import SYSTEM
    from tongban.flows.staffing import issue_token
    from tongban.plumbing import clock

    now = clock.now()
    grants = [(power, place) for place in places for power in powers]
    return issue_token(SYSTEM, name, places[0], grants, expires=now + dt.timedelta(days=2), at=now).raw


if __name__ == "__main__":
    sys.exit(main())
