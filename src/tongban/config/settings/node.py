"""A deployment: everything comes from the environment, and nothing is made up when it is missing."""

import os

from tongban.config.settings.base import *  # noqa: F403
from tongban.config.settings.base import database

SECRET_KEY = os.environ["TONGBAN_SECRET_KEY"]
TONGBAN_MAKE_KEYS = False
DATABASES = {"default": database(os.environ["DATABASE_URL"])}
# The secret of the pretended service is known to everybody: a real one has its own, and none lets nobody in.
TONGBAN_REALNAME_SECRET = os.environ.get("TONGBAN_REALNAME_SECRET", "")
