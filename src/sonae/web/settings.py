"""Django's settings, read from the environment (`SONAE_…`; ../../../docs and `sonae doctor` list them).

Two database roles, never mixed in one process: the owner migrates (`SONAE_DB_ROLE=owner`), everything else
connects as the application role, which owns nothing and stands under row-level security.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from sonae.office import environment, keys, logs

ENVIRONMENT = environment.read()
PRODUCTION = ENVIRONMENT.production
DATA_DIR = ENVIRONMENT.data_dir
PORT = ENVIRONMENT.port
DEBUG = False

SONAE_KEYS = keys.load(ENVIRONMENT.key_file, production=PRODUCTION)
SECRET_KEY = SONAE_KEYS.cookie_key

# --- database -------------------------------------------------------------------------------------------------

APPLICATION_ROLE = "sonae_app"
DATABASE_ROLE = os.environ.get("SONAE_DB_ROLE", "application")
if DATABASE_ROLE not in ("application", "owner"):
    raise ImproperlyConfigured(f"SONAE_DB_ROLE is application or owner, not {DATABASE_ROLE!r}")
WEB_WORKERS = int(os.environ.get("SONAE_WEB_WORKERS", "1"))
WEB_THREADS = int(os.environ.get("SONAE_WEB_THREADS", "4"))


def _database() -> dict[str, object]:
    owner_url, application_url = ENVIRONMENT.database_url, ENVIRONMENT.app_database_url
    as_owner = DATABASE_ROLE == "owner"
    url = owner_url if as_owner else (application_url or owner_url)
    if not url:
        raise ImproperlyConfigured("SONAE_DATABASE_URL is not set; `sonae serve` sets it for its own server")
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(f"the database is PostgreSQL (postgresql://…), not {parts.scheme}")
    query = dict(parse_qsl(parts.query))
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not as_owner and not application_url:
        user, password = APPLICATION_ROLE, SONAE_KEYS.application_password
    limits = "-c search_path=public -c timezone=UTC"
    # A migration may wait for a lock for a moment only; a request may neither run nor idle for long (D-06, D-07).
    limits += (
        " -c lock_timeout=4s"
        if as_owner
        else " -c statement_timeout=5s -c lock_timeout=4s -c idle_in_transaction_session_timeout=30s"
    )
    options: dict[str, object] = {"options": limits, "application_name": f"sonae {DATABASE_ROLE}"}
    options.update({name: value for name, value in query.items() if name != "host"})
    if not as_owner:
        # What is asked often is planned once a connection: under the walls' conditions planning is half of the work.
        options |= {"server_side_binding": True, "prepare_threshold": 5}
    if not as_owner and os.environ.get("SONAE_DB_POOL", "on") == "on":
        options["pool"] = {"min_size": 1, "max_size": WEB_THREADS + 2, "timeout": 5}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": user,
        "PASSWORD": password,
        "HOST": query.get("host") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- application ----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "sonae.office.apps.OfficeConfig",
    "sonae.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sonae.web.middleware.answer_headers",
    "sonae.web.failures.api_methods",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sonae.web.middleware.one_transaction",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "sonae.web.urls"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["sonae.web.form_keys"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "sonae.web.middleware.principal_in_templates",
                "sonae.web.navigation.in_templates",
            ]
        },
    }
]

# --- language and time ----------------------------------------------------------------------------------------

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

# --- log-in ---------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "office.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-sonae" if PRODUCTION else "sonae"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_NAME = "__Host-sonae-csrf" if PRODUCTION else "sonae-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = PRODUCTION

# Guessing is slowed down for the pair of log-in name and address, so that a stranger cannot lock a victim out
# from elsewhere, and for the address alone at a much higher count. The pause grows with the failures.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=1)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "sonae.office.access.too_many_attempts"

# --- what a browser is told -------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = os.environ.get("SONAE_HTTPS_REDIRECT", "on") == "on"
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    if os.environ.get("SONAE_TRUST_PROXY") == "on":
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

ALLOWED_HOSTS = os.environ.get("SONAE_ALLOWED_HOSTS", "localhost 127.0.0.1 [::1] testserver").split()
CSRF_TRUSTED_ORIGINS = os.environ.get("SONAE_TRUSTED_ORIGINS", "").split()
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"

#: Bytes of a request's body; the API and the forms alike (contract: over 64 KiB is 413).
BODY_LIMIT = 64 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

STATIC_URL = "/static/"
# No collecting step: the files are found where they lie when the server starts.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# --- jobs and logs ----------------------------------------------------------------------------------------------

PROCRASTINATE_IMPORT_PATHS = [
    "sonae.office.jobs",
    "sonae.office.checkpoints",
    "sonae.office.renewals",
    "sonae.office.paper_jobs",
    "sonae.office.book_impacts",
    "sonae.office.book_simulations",
    "sonae.office.outbox",
    "sonae.office.notices",
]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
LOGGING_CONFIG = None
logs.configure(os.environ.get("SONAE_LOG_LEVEL", "INFO"))
