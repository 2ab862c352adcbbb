"""Django settings. This is the only module that reads the environment, all of it at the top.

Every variable is described in docs/settings.md; a test compares the two.
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
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from consumers import scopes

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
# holds a database and keys, so only the owner may read it
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

# --- the environment ---------------------------------------------------------------------


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


_public = _origin(PUBLIC_URL)
PUBLIC_URL = _public.geturl()
if PRODUCTION and _public.scheme != "https":
    raise ImproperlyConfigured("PUBLIC_URL must begin with https:// in production.")

# --- addresses ---------------------------------------------------------------------------

MCP_PATH = "/mcp/oauth/fracttal-one"
MCP_RESOURCE = PUBLIC_URL + MCP_PATH
API_RESOURCE = PUBLIC_URL + "/api"

# --- Django ------------------------------------------------------------------------------

DEBUG = False
ALLOWED_HOSTS = [str(_public.hostname), *EXTRA_HOSTS]
if not PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "fracttal_mcp.urls"
ASGI_APPLICATION = "fracttal_mcp.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "template_partials",
    "oauth2_provider",
    "rest_framework",
    "fracttal_mcp",
    "accounts",
    "consumers",
    "connections",
    "mcp_gateway",
    "maintenance",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonMiddleware",
    "accounts.company_forms.CompanyFormsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "connections.screens.remote_notice.RemoteNoticeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "accounts.current.shell",
            ],
            "builtins": ["accounts.templatetags.company_forms"],
        },
    },
]

# --- data --------------------------------------------------------------------------------

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

# --- people ------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUSTED_PROXY else 0  # its clients' addresses count for rate limits
MFA_TOTP_ISSUER = "Fracttal One MCP"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the administrator enters addresses; the reset mail verifies them
MFA_TOTP_TOLERANCE = 1  # one step before and after, for phones whose clock is slightly off

# --- cookies and headers -----------------------------------------------------------------

_secure = _public.scheme == "https"
SESSION_COOKIE_NAME = "__Host-session" if _secure else "session"
SESSION_COOKIE_SECURE = _secure
SESSION_ENGINE = "fracttal_mcp.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "csrftoken"
CSRF_COOKIE_SECURE = _secure
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "fracttal_mcp.error_pages.csrf_failure"
LANGUAGE_COOKIE_SECURE = _secure
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _secure
SECURE_HSTS_PRELOAD = _secure
# A token sent over plain http must be considered stolen, so the proxy refuses http and nothing redirects it
# (ASVS 4.1.2).
SECURE_SSL_REDIRECT = False
# A constraint makes e-mail addresses unique in lower case; auth.W004 does not recognize it.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "security.W008"]
# With "no-referrer" browsers would send `Origin: null` with our own forms, and the CSRF check would refuse
# them.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# --- OAuth (consumers/ says the rest) ----------------------------------------------------

OAUTH2_PROVIDER_APPLICATION_MODEL = "consumers.Consumer"
OAUTH2_PROVIDER_GRANT_MODEL = "consumers.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "consumers.AccessToken"  # noqa: S105 - a model
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "consumers.RefreshToken"  # noqa: S105 - a model
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "consumers.IDToken"  # noqa: S105 - a model

OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "consumers.oauth.validator.Validator",
    "SCOPES": dict.fromkeys(scopes.ALL, ""),  # the consent screen has the words for them
    "OIDC_ENABLED": False,
    "OIDC_ISS_ENDPOINT": PUBLIC_URL,
    "PKCE_REQUIRED": True,
    # the library's setting; consumers.callbacks has the real rules
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
}

# --- seams between the apps: dotted paths, so that neither imports the other -------------

# URL name of a stored authorization request, the only `next` that a mail may carry.
WAY_BACK = "oauth-authorize-again"
# Authenticators of /api/, each `(raw bearer token) -> Principal | None`.
API_AUTHENTICATORS = ["maintenance.tokens.authenticate", "consumers.oauth.api_access.authenticate"]
# Counts calls per app authorization since a given time, for the authorizations screen.
CALL_COUNTS = "mcp_gateway.calls.audit.calls_by_authorization"
# The plant's data, for Configuration > User accounts and for a new company.
PERSONNEL_RECORDS = "maintenance.rules.account_links.own_records"
NEW_COMPANY = "maintenance.new_company.preparation.prepare_new_company"
# Path prefix of the pages of embedded records.
RECORDS_PATH = "/records/"
# `(company) -> ApiConnection | None`: the connection of a company whose records are elsewhere.
DATA_ELSEWHERE = "connections.linking.connection_of"

# --- languages and time ------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("pt-br", "Português (Brasil)")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "fracttal_mcp.formats"
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files, mail, logs ------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
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
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 10

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # At DEBUG oauthlib logs codes and refresh tokens (security case 260).
        "oauthlib": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "django.db.backends": {"level": "WARNING"},
    },
}
