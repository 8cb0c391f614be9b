"""What is the same everywhere. Entries: dev (make run), test (make test), production."""

from pathlib import Path
from typing import Any

import environ
from django.utils.translation import gettext_lazy as _

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
env = environ.Env()

DEBUG = False
INSTALLED_APPS = [
    "borgerservice.apps.BorgerserviceConfig",
    "borgerservice.guards",
    "borgerservice.vault",
    "borgerservice.people",
    "borgerservice.municipalities",
    "borgerservice.audit",
    "borgerservice.notifications",
    "borgerservice.staff",
    "appointments",
    "witnesses",
    "borgerservice.retention",
    "borgerservice.rights",
    "borgerservice.apps.BorgerserviceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "phonenumber_field",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "borgerservice.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "borgerservice.doors.Sessions",
    "borgerservice.doors.Languages",
    "borgerservice.doors.Addresses",
    "django.middleware.csrf.CsrfViewMiddleware",
    "borgerservice.doors.SignedIn",
    "borgerservice.doors.StaffLanguages",
    "borgerservice.doors.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "appointments.views.kiosk_mode.KioskMiddleware",
]
ROOT_URLCONF = "borgerservice.urls"
WSGI_APPLICATION = "borgerservice.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA page_size=2048; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    " PRAGMA secure_delete=ON; PRAGMA cache_size=-32768; PRAGMA wal_autocheckpoint=20000;",
}

AUTH_USER_MODEL = "municipalities.StaffMember"
AUTHENTICATION_BACKENDS = ["borgerservice.sign_in.sessions.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "borgerservice.sign_in.accounts.ClosedAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "borgerservice.sign_in.accounts.SealedFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Borgerservice"
SECOND_FACTOR_REQUIRED = False

LANGUAGE_CODE = "da"
LANGUAGES = [
    ("da", _("Danish")),
    ("en", _("English")),
    ("uk", _("Ukrainian")),
    ("pl", _("Polish")),
    ("de", _("German")),
    ("ar", _("Arabic")),
    ("tr", _("Turkish")),
    ("ro", _("Romanian")),
]
MACHINE_ASSISTED_LANGUAGES = frozenset({"uk", "pl", "de", "ar", "tr", "ro"})
LOCALE_PATHS = [ROOT / "borgerservice" / "locale"]
TIME_ZONE = "Europe/Copenhagen"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [
    ROOT / "borgerservice" / "static",
    ("dkfds/css", ROOT / "node_modules" / "dkfds" / "dist" / "css"),
    ("dkfds/js", ROOT / "node_modules" / "dkfds" / "dist" / "js"),
    ("dkfds/img", ROOT / "node_modules" / "dkfds" / "dist" / "img"),
    ("dkfds/fonts", ROOT / "node_modules" / "dkfds" / "dist" / "fonts"),
]

SESSION_ENGINE = "borgerservice.sign_in.sessions"
SESSION_COOKIE_HTTPONLY = True
KIOSK_COOKIE_NAME = "kiosk"  # what is read on a centre's own screen is never repeated to others
SESSION_COOKIE_AGE = 10 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "borgerservice.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# At most so many in so many seconds: bookings begun by a network; bookings of a network at a centre
# that is short of times; bookings with one phone number or e-mail address.
# How long a request waits for its turn before it is turned away.
ADMISSION_SECONDS = 2.0
BOOKING_LIMITS = {
    "start": (60, 600),
    "centre": (5, 86400),
    "contact": (20, 86400),
    "find": (10, 3600),
    "find_net": (30, 3600),
    "arrive": (60, 600),
    "code": (5, 3600),
    "code_net": (30, 3600),
    "wrong_code": (30, 3600),
}
# From how many bookings begun in ten minutes on each costs its browser a moment of work.
PROOF_ASKED_FROM = {"everybody": 600, "network": 15}
ALLAUTH_TRUSTED_PROXY_COUNT = 0

PHONENUMBER_DEFAULT_REGION = "DK"
PHONENUMBER_DB_FORMAT = "E164"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["borgerservice.api.authentication.ClientToken"],
    "DEFAULT_PERMISSION_CLASSES": ["borgerservice.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["borgerservice.api.parsers.StrictJson"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "borgerservice.api.negotiation.FirstChoice",
    "DEFAULT_SCHEMA_CLASS": "borgerservice.api.openapi.ApiSchema",
    "EXCEPTION_HANDLER": "borgerservice.api.problem.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Borgerservice",
    "DESCRIPTION": (
        "Booking a time and proving an identity at Denmark's Citizen Service centres.\n\n"
        "Every error is `application/problem+json` (RFC 9457) with a stable `code`. Texts follow "
        "`Accept-Language`: `da`, the default, or `en`. Moments carry their offset; days are "
        "Denmark's. Parameters and keys that a call does not know are refused."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": False,
}
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
IDP_OIDC_PRIVATE_KEY = ""

CELERY_TASK_IGNORE_RESULT = True
CELERY_DB_REUSE_MAX = 1_000_000
"""Celery would hang up after every task; how long a connection is kept is `CONN_MAX_AGE`."""
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_URL = ""

SMS_GATEWAY = "borgerservice.adapters.sms.demo.DemoSms"
MITID_BROKER = ""
KEEP_PAPERS = "witnesses.services.papers.keep_for_visit"
MITID: dict[str, Any] = {  # explained in adapters/mitid/oidc.py; an entry adds whose it is
    "scope": "openid ssn",
    "subject_claim": "sub",
    "number_claim": "dk.cpr",
    "level_claim": "acr",
    "levels": {"low": "low", "substantial": "substantial", "high": "high"},
    "parameters": {},
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = "borgerservice@example.invalid"
KEYS_FILE = VAR / "keys.json"
ACCESSIBILITY_STATEMENT_URL = ""  # the one of the installation; each municipality may add its own
PUBLIC_ADDRESS = "http://127.0.0.1:8000"
IS_DEMO = False
# Argon2id at the least OWASP advises (Password Storage Cheat Sheet: 19 MiB, 2 iterations, 1 lane).
# Outside the demo the application refuses to start with less (`vault/apps.py`). Another cost makes
# other marks: it is as good as another key, and closes the witness route until it is put back.
PSEUDONYM_COST = {"memory_kib": 19456, "iterations": 2, "lanes": 1}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"routes_only": {"()": "borgerservice.logs.RoutesOnly"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["routes_only"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
