"""A mail room in a hurry, for tests: the same program, which waits less long before it looks, speaks and asks again. Nothing that a test
holds it to depends on these paces; with the real ones a test would mostly sleep."""

import datetime as dt
import sys


def main() -> int:
    """As config/mailroom.py."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings.embedded")
    import django

    django.setup()
    from tongban.config import mailroom
    from tongban.exchange import inbox, room, words

    words.NOT_AGAIN, words.UNSETTLED, words.QUIET_CITY, words.QUIET = 0.1, 0.1, 0.3, 0.3
    inbox.ASK_AGAIN = dt.timedelta(seconds=0.3)
    room.TEND, room.WATCH = 0.3, 0.1
    # And longer than it would for what it has in hand when it is told to stop.
    room.FINISH = 60.0
    return mailroom.main()


if __name__ == "__main__":
    sys.exit(main())
