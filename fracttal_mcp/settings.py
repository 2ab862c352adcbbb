"""Django settings. What an operator can set is read in environment.py."""

from __future__ import annotations

from csp.constants import NONE, SELF

from consumers import scopes
from fracttal_mcp.environment import *

# --- addresses ---------------------------------------------------------------------------

MCP_PATH = "/mcp/oauth/fracttal-one"
MCP_RESOURCE = PUBLIC_URL + MCP_PATH
API_RESOURCE = PUBLIC_URL + "/api"
ADMIN_RESOURCE = PUBLIC_URL + "/api/admin"

# --- Django ------------------------------------------------------------------------------

DEBUG = False
ALLOWED_HOSTS = [str(PUBLIC.hostname), *EXTRA_HOSTS]
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
    "audit",
    "listing",
    "accounts",
    "consumers",
    "connections",
    "mcp_gateway",
    "maintenance",
    "calendars",
    "reports",
    "activity",
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
    "consumers.oauth.ui_locales.UiLocalesMiddleware",
    "accounts.company_forms.CompanyFormsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "connections.screens.remote_notice.RemoteNoticeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignInRulesMiddleware",
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
                "accounts.asking_app.asking_app",
                "accounts.reachability.out_of_reach",
            ],
            "builtins": ["accounts.templatetags.company_forms"],
        },
    },
]

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
ACCOUNT_FORMS = {
    "change_password": "accounts.forms.passwords.NewPassword",
    "reset_password_from_key": "accounts.forms.passwords.ForgottenPassword",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.reset_links.ResetLinks"  # noqa: S105 - a class
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUSTED_PROXY else 0  # its clients' addresses count for rate limits
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Fracttal One MCP"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the administrator enters addresses; the reset mail verifies them
MFA_TOTP_TOLERANCE = 1  # one step before and after, for phones whose clock is slightly off

# --- cookies and headers -----------------------------------------------------------------

_secure = PUBLIC.scheme == "https"
SESSION_COOKIE_NAME = "__Host-session" if _secure else "session"
SESSION_COOKIE_SECURE = _secure
SESSION_ENGINE = "accounts.sessions"
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
    "SCOPES": dict.fromkeys(scopes.ALL, ""),  # the consent page has the descriptions
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

# --- the admin API (consumers/admin_api/) ------------------------------------------------

REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Administration of assistants",
    "DESCRIPTION": "What an administrator does on the pages of Configuration, for programs.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": PUBLIC_URL}],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "DISABLE_ERRORS_AND_WARNINGS": False,
}

# --- seams between the apps: dotted paths, so that neither imports the other -------------

# URL name of a stored authorization request, the only `next` that a mail may carry.
WAY_BACK = "oauth-authorize-again"
# `(path) -> AskingApp | None`: the app whose request waits at the `next` of a sign-in page.
ASKING_APP = "consumers.oauth.asking_app.of_path"
# Authenticators of /api/, each `(raw bearer token) -> Principal | None`.
API_AUTHENTICATORS = ["maintenance.tokens.authenticate", "consumers.oauth.api_access.authenticate"]
# Counts calls per app authorization since a given time, for the authorizations screen.
CALL_COUNTS = "mcp_gateway.calls.audit.calls_by_authorization"
# The tools that administrators allow or forbid.
TOOL_CATALOGUE = "mcp_gateway.tools.catalogue.CATALOGUE"
# The operations of /api/, each with the tools that do the same.
TOOL_OPERATIONS = "mcp_gateway.tools.operations.OPERATIONS"
# `(principal, folio) -> bool | None`: whether a person sees a work order; None if there is none.
SEES_WORK_ORDER = "maintenance.rules.own_orders.is_visible"
# `(membership, consumer, modules) -> {module: rows}`: what an app would see, for the consent page.
RECORD_COUNTS = "mcp_gateway.record_counts.of"
# The connections of people to apps, for Configuration > User accounts and > Security.
APP_CONNECTIONS = "consumers.connections_of_people.ConnectionsOfPeople"
# The plant's data, for Configuration > User accounts and for a new company.
PERSONNEL_RECORDS = "maintenance.rules.account_links.own_records"
PERSONNEL_FOLLOWS = "maintenance.rules.account_links.follow"
NEW_COMPANY = "maintenance.new_company.preparation.prepare_new_company"
# `() -> {name: expression}`: counts for the menu of Configuration, read with the person's memberships.
WAITING_IN_COMPANY = "consumers.undecided.counts_of_members"
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

# --- static files, logs ------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "fracttal_mcp.static_storage.StaticStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "fracttal_mcp.log_lines.Formatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # At DEBUG oauthlib logs codes and refresh tokens (security case 260).
        "oauthlib": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "django.db.backends": {"level": "WARNING"},
    },
}
