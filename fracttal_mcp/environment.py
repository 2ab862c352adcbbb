"""The settings of an operator, and the Django settings derived from them.

Only this module reads the environment. Every variable is described in docs/settings.md; a test compares the
two.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
# holds a database and keys, so only the owner may read it
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def _whole(name: str, default: int) -> int:
    given = os.environ.get(name, "")
    if given and not (given.isascii() and given.isdigit()):
        raise ImproperlyConfigured(f"{name} must be a whole number, 0 or more.")
    return int(given) if given else default


def _seconds(name: str, default: float) -> float:
    try:
        seconds = float(os.environ.get(name) or default)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < 86_400:
        raise ImproperlyConfigured(f"{name} must be a number of seconds, less than a day.")
    return seconds


DJANGO_ENV = os.environ.get("DJANGO_ENV", "development")
PORT = _whole("PORT", 8000)
PUBLIC_URL = os.environ.get("PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
DATABASE_URL = os.environ.get("DATABASE_URL", f"sqlite:///{VAR_DIR / 'fracttal-mcp.sqlite3'}")
REDIS_URL = os.environ.get("REDIS_URL", "")
EXTRA_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
MCP_ORIGINS = [origin for origin in os.environ.get("MCP_ORIGINS", "").split(",") if origin]
TRUSTED_PROXY = os.environ.get("TRUSTED_PROXY", "") == "1"
EMAIL_URL = os.environ.get("EMAIL_URL", "")
EMAIL_FROM = os.environ.get("EMAIL_FROM", "fracttal-mcp@localhost")
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO").upper()
# The demo plant and its accounts. By default they exist only in the database that `make run` creates.
DEMO_PLANT = os.environ.get("DEMO_PLANT", "0" if "DATABASE_URL" in os.environ else "1") == "1"
HOST = os.environ.get("HOST", "127.0.0.1")
WORKERS = _whole("WORKERS", 1)
UPSTREAM_URL = os.environ.get("UPSTREAM_URL", "").rstrip("/")
UPSTREAM_DEADLINE_SECONDS = _seconds("UPSTREAM_DEADLINE_SECONDS", 25)
UPSTREAM_REQUESTS_PER_MINUTE = _whole("UPSTREAM_REQUESTS_PER_MINUTE", 200)
UPSTREAM_REFERENCE_SECONDS = _seconds("UPSTREAM_REFERENCE_SECONDS", 30)
UPSTREAM_KEYS = os.environ.get("UPSTREAM_KEYS", "")
API_REQUESTS_PER_MINUTE = _whole("API_REQUESTS_PER_MINUTE", 200)
PERSON_REQUESTS_PER_MINUTE = _whole("PERSON_REQUESTS_PER_MINUTE", 600)
PERSON_REQUESTS_AT_ONCE = _whole("PERSON_REQUESTS_AT_ONCE", 32)
CONSUMER_REQUESTS_PER_MINUTE = _whole("CONSUMER_REQUESTS_PER_MINUTE", 6000)
MOST_CONNECTIONS = _whole("MOST_CONNECTIONS", 1000)
REGISTERED_UNUSED_DAYS = _whole("REGISTERED_UNUSED_DAYS", 90)

if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
PRODUCTION = DJANGO_ENV == "production"
if DJANGO_ENV not in {"development", "production"}:
    raise ImproperlyConfigured("DJANGO_ENV must be development or production.")


def _development_secret(name: str) -> str:
    """Return a random secret that is created once under var/, so that a restart does not sign people out."""
    path = VAR_DIR / name
    if not path.exists():
        candidate = VAR_DIR / f"{name}.{os.getpid()}"
        candidate.touch(mode=0o600)
        candidate.write_text(secrets.token_urlsafe(50), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            os.link(candidate, path)
        candidate.unlink()
    return path.read_text(encoding="ascii")


if PRODUCTION and len(os.environ.get("SECRET_KEY", "")) < 50:
    raise ImproperlyConfigured("SECRET_KEY must be set to 50 or more random characters in production.")
SECRET_KEY = os.environ.get("SECRET_KEY") or _development_secret("secret_key")
# Key for hashing machine-made secrets. It is separate, so that SECRET_KEY can be rotated without invalidating
# every consumer and token.
CREDENTIAL_HASH_KEY = os.environ.get("CREDENTIAL_HASH_KEY") or SECRET_KEY

# Encrypts the tokens of linked accounts at Fracttal One. A production installation without keys stores none.
if not UPSTREAM_KEYS and not PRODUCTION:
    _made_once = hashlib.sha256(_development_secret("upstream_key").encode()).digest()
    UPSTREAM_KEYS = f"development:{base64.urlsafe_b64encode(_made_once).decode()}"
# Whether an API connection may use http addresses and hosts in the company's network.
UPSTREAM_ON_PRIVATE_HOSTS = not PRODUCTION


def _origin(given: str) -> SplitResult:
    """Parse PUBLIC_URL into its canonical form, which documents publish and clients compare.

    Its host is in lower case and the default port is left out.
    """
    refusal = ImproperlyConfigured("PUBLIC_URL must be a bare origin, for example https://mcp.example.com")
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        raise refusal from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise refusal
    if parts.path or parts.query or "#" in given or "?" in given:
        raise refusal
    if not parts.hostname.isascii():
        raise ImproperlyConfigured("PUBLIC_URL must name its host in punycode (xn--…), as certificates do.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    standard = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return SplitResult(parts.scheme, host if standard else f"{host}:{port}", "", "", "")


PUBLIC = _origin(PUBLIC_URL)
PUBLIC_URL = PUBLIC.geturl()
if PRODUCTION and PUBLIC.scheme != "https":
    raise ImproperlyConfigured("PUBLIC_URL must begin with https:// in production.")

try:
    DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL)}
except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError):
    raise ImproperlyConfigured("DATABASE_URL must be postgres://… or sqlite:///path.") from None
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # WAL lets readers continue during a write. IMMEDIATE takes the write lock at the start, so that a
    # transaction waits instead of failing half-way. FULL ensures that no acknowledged write is lost.
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    # A file, because the threads of one test share it. xdist adds the name of its worker.
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    _database["ENGINE"] = "fracttal_mcp.postgresql"
    _database["CONN_MAX_AGE"] = 0
    # A request that waits longer than `timeout` for a connection fails: the database is down. The pool
    # reconnects at growing intervals until `reconnect_timeout`, then again with the next request.
    _database["OPTIONS"] = {
        "pool": {"min_size": 2, "max_size": 20, "timeout": 3, "reconnect_timeout": 4},
    }

CACHES = {
    "default": {
        "BACKEND": "fracttal_mcp.cache.SharedOrLocalCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

DEFAULT_FROM_EMAIL = EMAIL_FROM
if EMAIL_URL:
    _mail = urlsplit(EMAIL_URL)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or "localhost"
    EMAIL_PORT = _mail.port or 587
    EMAIL_HOST_USER = _mail.username or ""
    EMAIL_HOST_PASSWORD = _mail.password or ""
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
    EMAIL_USE_SSL = _mail.scheme == "smtps"
else:
    _without_mail = "fracttal_mcp.no_mail" if PRODUCTION else "django.core.mail.backends.console"
    EMAIL_BACKEND = f"{_without_mail}.EmailBackend"
EMAIL_TIMEOUT = 10
