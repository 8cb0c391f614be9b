"""Production: everything comes from the environment, and a missing name stops the start."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from borgerservice.settings.base import *
from borgerservice.settings.base import SQLITE_OPTIONS, env

NEEDED = {
    "SECRET_KEY": "Django's own signing key, 50 characters or more",
    "TOKEN_KEY": "PEM private key that signs API tokens",
    "KEYS_FILE": "file with the encryption and pseudonym keys (manage.py new_keys makes one)",
    "ALLOWED_HOSTS": "host names served, separated by commas",
    "PUBLIC_ADDRESS": "https address that citizens see",
    "DATABASE_URL": "the application's database, with a role that may not change the schema",
    "MIGRATE_DATABASE_URL": "the same database, with the role that owns the schema",
    "CELERY_BROKER_URL": "Redis, Valkey or RabbitMQ",
    "EMAIL_URL": "the municipal mail relay, e.g. smtp+tls://user:password@host:587",
    "DEFAULT_FROM_EMAIL": "sender of e-mails",
    "SMS_GATEWAY": "dotted path of the SMS adapter: borgerservice.adapters.sms.live.HttpsSms",
}
if env.str("SMS_GATEWAY", default="") == "borgerservice.adapters.sms.live.HttpsSms":
    NEEDED["SMS_GATEWAY_URL"] = "https address that takes one text message a call"
    NEEDED["SMS_GATEWAY_TOKEN"] = "what the gateway knows us by"
missing = [name for name in NEEDED if not env.str(name, default="")]
if missing:
    lines = "\n".join(f"  {name}: {NEEDED[name]}" for name in missing)
    msg = f"The environment lacks:\n{lines}"
    raise ImproperlyConfigured(msg)

SECRET_KEY = env("SECRET_KEY")
if len(SECRET_KEY) < 50:  # noqa: PLR2004
    msg = "SECRET_KEY is shorter than 50 characters"
    raise ImproperlyConfigured(msg)
IDP_OIDC_PRIVATE_KEY = env("TOKEN_KEY").replace("\\n", "\n")
KEYS_FILE = Path(env("KEYS_FILE"))
if not KEYS_FILE.is_file():
    msg = "KEYS_FILE names no file"
    raise ImproperlyConfigured(msg)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
PUBLIC_ADDRESS = env("PUBLIC_ADDRESS").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_ADDRESS]
DATABASES = {"default": env.db("DATABASE_URL"), "owner": env.db("MIGRATE_DATABASE_URL")}
for _database in DATABASES.values():
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        _database["ENGINE"] = "borgerservice.database.sqlite"
        _database.setdefault("OPTIONS", {}).update(SQLITE_OPTIONS)
    elif _database["ENGINE"] == "django.db.backends.postgresql":
        _database["ENGINE"] = "borgerservice.database.postgresql"
    # Kept from request to request: a new one begins with no plans, no pages and a handshake.
    _database["CONN_MAX_AGE"] = 600
    _database["CONN_HEALTH_CHECKS"] = True
CELERY_BROKER_URL = env("CELERY_BROKER_URL")
if CELERY_BROKER_URL.startswith("redis"):  # sign-in limits count for all workers together
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": CELERY_BROKER_URL,
            "KEY_PREFIX": "borgerservice",
        }
    }
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
BOOKING_LIMITS = {**BOOKING_LIMITS, **env.json("BOOKING_LIMITS", default={})}
PROOF_ASKED_FROM = {**PROOF_ASKED_FROM, **env.json("PROOF_ASKED_FROM", default={})}
vars().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL")
SMS_GATEWAY = env("SMS_GATEWAY")
ACCESSIBILITY_STATEMENT_URL = env.str("ACCESSIBILITY_STATEMENT_URL", default="")
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env.str("SMS_GATEWAY_TOKEN", default="")

MITID_NEEDED = {
    "MITID_ISSUER": "https address of the MitID broker",
    "MITID_CLIENT_ID": "who we are to the broker",
    "MITID_CLIENT_SECRET": "what the broker knows us by",
    "MITID_NUMBER_CLAIM": "the claim that holds the CPR number",
    "MITID_LEVEL_CLAIM": "the claim that holds the assurance level",
    "MITID_LEVELS": "JSON: each value of that claim, and low, substantial or high",
}
_lacking = [name for name in MITID_NEEDED if not env.str(name, default="")]
if not _lacking:
    MITID_BROKER = "borgerservice.adapters.mitid.oidc.OidcBroker"
    MITID = {
        **MITID,
        "issuer": env("MITID_ISSUER"),
        "client_id": env("MITID_CLIENT_ID"),
        "client_secret": env("MITID_CLIENT_SECRET"),
        "scope": env.str("MITID_SCOPE", default=MITID["scope"]),
        "subject_claim": env.str("MITID_SUBJECT_CLAIM", default=MITID["subject_claim"]),
        "number_claim": env("MITID_NUMBER_CLAIM"),
        "level_claim": env("MITID_LEVEL_CLAIM"),
        "levels": env.json("MITID_LEVELS"),
        "parameters": env.json("MITID_PARAMETERS", default={}),
    }
    if not set(MITID["levels"].values()) <= {"low", "substantial", "high"}:
        msg = "MITID_LEVELS must lead to low, substantial or high"
        raise ImproperlyConfigured(msg)
elif len(_lacking) < len(MITID_NEEDED):
    lines = "\n".join(f"  {name}: {MITID_NEEDED[name]}" for name in _lacking)
    msg = f"MitID is set up in part; the environment lacks:\n{lines}"
    raise ImproperlyConfigured(msg)

_approved = set(env.list("APPROVED_LANGUAGES", default=[]))
MACHINE_ASSISTED_LANGUAGES = MACHINE_ASSISTED_LANGUAGES - _approved
LANGUAGES = [named for named in LANGUAGES if named[0] not in MACHINE_ASSISTED_LANGUAGES]

SECOND_FACTOR_REQUIRED = True
STATIC_ROOT = env.str("STATIC_ROOT", default=str(ROOT / "var" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
