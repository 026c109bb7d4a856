"""Settings that hold everywhere. Deployments differ only by environment variables; nothing here knows a city."""

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

ROOT = Path(os.environ.get("TONGBAN_ROOT") or Path(__file__).resolve().parents[4])
VAR = Path(os.environ.get("TONGBAN_VAR") or ROOT / "var")
CITY_FOLDER = Path(os.environ.get("TONGBAN_CITY") or ROOT / "cities" / "shanghai")


def database(url: str) -> dict[str, object]:
    """Turn a DATABASE_URL into Django's words. Connections live as long as their thread."""
    parts = conninfo_to_dict(url)
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {k: v for k, v in parts.items() if k not in known}
    # Values travel beside the text. psycopg prepares nothing by itself: it would deallocate all that plumbing/statements.py has
    # prepared whenever a transaction is rolled back.
    options |= {"server_side_binding": True, "prepare_threshold": None, "application_name": "tongban"}
    return {
        "ENGINE": "tongban.plumbing.database",
        **{known[k]: v for k, v in parts.items() if k in known},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


# Which node of which layout this is (cities/<city>/nodes.yaml); alone unless told otherwise.
TONGBAN_NODE = os.environ.get("TONGBAN_NODE", "city")
TONGBAN_LAYOUT = os.environ.get("TONGBAN_LAYOUT", "one")
TONGBAN_NODES = Path(os.environ.get("TONGBAN_NODES") or CITY_FOLDER / "nodes.yaml")

TONGBAN_NODE_KEY = Path(os.environ.get("TONGBAN_NODE_KEY") or VAR / "node-key.json")
TONGBAN_RING = Path(os.environ.get("TONGBAN_RING") or VAR / "ring.json")
TONGBAN_NATS_URL = os.environ.get("TONGBAN_NATS_URL", "nats://127.0.0.1:4222")
TONGBAN_NATS_USER = os.environ.get("TONGBAN_NATS_USER") or TONGBAN_NODE
TONGBAN_NATS_PASSWORD = os.environ.get("TONGBAN_NATS_PASSWORD", "")

DEBUG = False
ALLOWED_HOSTS = os.environ.get("TONGBAN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
PUBLIC_URL = os.environ.get("TONGBAN_PUBLIC_URL", "http://127.0.0.1:8000")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "staff.Staff"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "procrastinate.contrib.django",
    "tongban.plumbing.apps.PlumbingConfig",
    "tongban.plumbing.audit.apps.AuditConfig",
    "tongban.registers.catalog.apps.CatalogConfig",
    "tongban.registers.people.apps.PeopleConfig",
    "tongban.registers.credentials.apps.CredentialsConfig",
    "tongban.registers.cases.apps.CasesConfig",
    "tongban.registers.mothers.apps.MothersConfig",
    "tongban.registers.counters.apps.CountersConfig",
    "tongban.registers.enquiries.apps.EnquiriesConfig",
    "tongban.registers.staff.apps.StaffConfig",
    "tongban.exchange.apps.ExchangeConfig",
    "tongban.channels.shared.apps.SharedConfig",
    "tongban.channels.window.apps.WindowConfig",
    "tongban.channels.resident.apps.ResidentConfig",
    "tongban.channels.console.apps.ConsoleConfig",
    "tongban.channels.openapi.apps.OpenapiConfig",
    "tongban.config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "tongban.channels.shared.middleware.headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tongban.channels.shared.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tongban.channels.shared.actor.ActorMiddleware",
    "tongban.channels.shared.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tongban.config.urls"
WSGI_APPLICATION = "tongban.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongban.channels.shared.context.shared",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
# Nodes on one machine may share one folder of screens.
STATIC_ROOT = Path(os.environ.get("TONGBAN_STATIC") or VAR / "static")
STATICFILES_DIRS = [VAR / "static-src"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https:")
# A session ends after this long without work, and in any case after a day at the counter (12 hours).
SESSION_IDLE_SECONDS = int(os.environ.get("TONGBAN_IDLE_SECONDS", "1800"))
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LOGIN_URL = "/login"
# Every view is closed unless marked (channels/shared/actor.py); these addresses have a door of their own.
OPEN_PREFIXES = ["/api/", "/static/"]
# Where a member of staff works first: the first power they have, wherever it holds.
LANDINGS = [
    ("case.receive", "window:home"),
    ("case.handle", "window:work"),
    ("enquiry.answer", "window:enquiries"),
    ("staff.manage", "console:home"),
    ("board.read", "console:home"),
    ("audit.read", "console:home"),
    ("catalog.publish", "console:home"),
]
CSRF_FAILURE_VIEW = "tongban.channels.shared.errors.csrf_failure"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_RULES = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _RULES + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _RULES + "CommonPasswordValidator"},
    {"NAME": _RULES + "NumericPasswordValidator"},
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
UPLOAD_LIMIT = 20_000_000

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_ENABLE_ADMIN = False
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "tongban.channels.shared.errors.login_of"
AXES_LOCKOUT_CALLABLE = "tongban.channels.shared.errors.locked_out"
AXES_RESET_ON_SUCCESS = True
# Trying again does not lengthen the lock, so the page can say until when and be right.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False

TONGBAN_KEY_FILE = Path(os.environ.get("TONGBAN_KEY_FILE") or VAR / "keys.json")
TONGBAN_SIGNING_KEY = Path(os.environ.get("TONGBAN_SIGNING_KEY") or VAR / "signing-key.json")
TONGBAN_FILES = Path(os.environ.get("TONGBAN_FILES") or VAR / "files")
TONGBAN_DEPARTMENTS_URL = os.environ.get("TONGBAN_DEPARTMENTS_URL", "http://127.0.0.1:8071")
TONGBAN_CARD_READER_URL = os.environ.get("TONGBAN_CARD_READER_URL", "http://127.0.0.1:8071/card-reader")
# The real-name service with which residents sign in (OpenID Connect): that of the pretended departments unless told otherwise.
TONGBAN_REALNAME_ISSUER = os.environ.get("TONGBAN_REALNAME_ISSUER", "")
TONGBAN_REALNAME_CLIENT = os.environ.get("TONGBAN_REALNAME_CLIENT", "tongban")
TONGBAN_REALNAME_SECRET = os.environ.get("TONGBAN_REALNAME_SECRET", "demo-secret-of-the-pretended-service")
# Outgoing messages (SMS, mail): a gateway, or a folder in which each lies as a file.
TONGBAN_MESSAGES_URL = os.environ.get("TONGBAN_MESSAGES_URL", "")
TONGBAN_MESSAGES = Path(os.environ.get("TONGBAN_MESSAGES") or VAR / "messages")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("TONGBAN_LOG", "WARNING")},
}
