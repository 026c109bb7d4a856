"""Tests: a PostgreSQL of their own per process (or DATABASE_URL), started by the first test that asks for a database
(tests/conftest.py) and removed at the end of the process. Most tests of the rulebook ask for none."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tongban.config import embedded
from tongban.config.settings.base import *  # noqa: F403
from tongban.config.settings.base import database

TEST_VAR = Path(tempfile.mkdtemp(prefix="tongban-test-"))
# Not beside the project: the unprivileged database user must be able to pass the folder when tests run as root.
TEST_VAR.chmod(0o711)


def _clean() -> None:
    if not os.environ.get("DATABASE_URL"):
        embedded.stop(TEST_VAR / "pg")
    shutil.rmtree(TEST_VAR, ignore_errors=True)


SECRET_KEY = "tests only"
TONGBAN_MAKE_KEYS = True
TONGBAN_KEY_FILE = TEST_VAR / "keys.json"
TONGBAN_SIGNING_KEY = TEST_VAR / "signing-key.json"
TONGBAN_FILES = TEST_VAR / "files"
TONGBAN_MESSAGES = TEST_VAR / "messages"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or embedded.url(TEST_VAR / "pg"))}
atexit.register(_clean)
# The strong hasher makes every login of a test wait; strength is tested on its own.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SHOW_COMPONENTS = True
