"""One machine that owns everything: the database in the project's folder, keys made at the first start."""

import os
import secrets

from tongban.config import embedded
from tongban.config.settings.base import *  # noqa: F403
from tongban.config.settings.base import VAR, database

VAR.mkdir(parents=True, exist_ok=True)
_secret = VAR / "secret"
if not _secret.exists():
    _secret.touch(mode=0o600)
    _secret.write_text(secrets.token_urlsafe(50))
SECRET_KEY = _secret.read_text().strip()
TONGBAN_MAKE_KEYS = True
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or embedded.url(VAR / "pg"))}
