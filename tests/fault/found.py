"""Founds a city for the fault tests in a process of its own: migrates, publishes, issues a token, and prints it."""

import datetime as dt

import django


def main() -> None:
    """Needs DATABASE_URL, TONGBAN_VAR and the embedded settings in the environment."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tongban.domain.actor import SYSTEM
    from tongban.flows.publish import publish
    from tongban.flows.staffing import issue_token
    from tongban.plumbing import clock
    from tongban.registers.catalog import city

    call_command("migrate", verbosity=0)
    now = clock.now()
    publish(SYSTEM, city.load(settings.CITY_FOLDER), at=now, note="fault")
    powers = [(p, "310107015") for p in ("case.receive", "case.handle", "case.read", "person.read")]
    print(issue_token(SYSTEM, "fault", "310107015", powers, expires=now + dt.timedelta(days=1), at=now).raw)


if __name__ == "__main__":
    main()
