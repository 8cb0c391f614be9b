"""`make test`: databases, keys and ports come from the rig (`tests/servers.py`)."""

from pathlib import Path

from borgerservice.install import ensure_secrets
from borgerservice.settings.base import *
from borgerservice.settings.base import SQLITE_OPTIONS, env

VAR = Path(env("BORGERSERVICE_VAR"))
SECRETS = ensure_secrets(VAR)
SECRET_KEY = SECRETS["secret_key"]
IDP_OIDC_PRIVATE_KEY = SECRETS["token_key"]
KEYS_FILE = VAR / "keys.json"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
PUBLIC_ADDRESS = env.str("PUBLIC_ADDRESS", default="http://testserver")
DATABASES = {"default": env.db("DATABASE_URL")}
if env.str("MIGRATE_DATABASE_URL", default=""):
    DATABASES["owner"] = env.db("MIGRATE_DATABASE_URL")
for _database in DATABASES.values():
    if _database["ENGINE"].endswith("sqlite3"):
        _database["ENGINE"] = "borgerservice.database.sqlite"
        _database["OPTIONS"] = SQLITE_OPTIONS
    else:
        _database["ENGINE"] = "borgerservice.database.postgresql"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
# Being turned away when all come at once is tested by itself.
ADMISSION_SECONDS = env.float("ADMISSION_SECONDS", default=60.0)
# Tests book with the same few numbers; the limits are tested by themselves.
BOOKING_LIMITS = {**BOOKING_LIMITS, "start": (10**9, 600), "contact": (10**9, 86400)}
PROOF_ASKED_FROM = {
    "everybody": 10**9,
    "network": 10**9,
    **env.json("PROOF_ASKED_FROM", default={}),
}
WHITENOISE_USE_FINDERS = True
IS_DEMO = True
PSEUDONYM_COST = {"memory_kib": 64, "iterations": 1, "lanes": 1}
# Quick; everywhere else passwords are hashed with scrypt.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEMO_MITID = env.str("DEMO_MITID", default="")  # a provider that the rig runs
if DEMO_MITID:
    MITID_BROKER = "borgerservice.adapters.mitid.oidc.OidcBroker"
    MITID = {**MITID, "issuer": DEMO_MITID, "client_id": "borgerservice", "client_secret": "demo"}
