"""`make run`: SQLite, no broker, demo adapters. Keys and passwords are made at install."""

from pathlib import Path

from borgerservice.install import ensure_secrets
from borgerservice.settings.base import *
from borgerservice.settings.base import SQLITE_OPTIONS, VAR, env

VAR = Path(env("BORGERSERVICE_VAR", default=str(VAR)))
SECRETS = ensure_secrets(VAR)
SECRET_KEY = SECRETS["secret_key"]
IDP_OIDC_PRIVATE_KEY = SECRETS["token_key"]
KEYS_FILE = VAR / "keys.json"
PORT = env.int("PORT", default=8000)
PUBLIC_ADDRESS = f"http://127.0.0.1:{PORT}"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [f"http://127.0.0.1:{PORT}", f"http://localhost:{PORT}"]
DATABASES = {
    "default": {
        "ENGINE": "borgerservice.database.sqlite",
        "NAME": VAR / "borgerservice.sqlite3",
        "OPTIONS": SQLITE_OPTIONS,
    }
}
WHITENOISE_USE_FINDERS = True
IS_DEMO = True
DEMO_MITID = env.str("DEMO_MITID", default="")  # where `manage.py serve` plays MitID
if DEMO_MITID:
    MITID_BROKER = "borgerservice.adapters.mitid.oidc.OidcBroker"
    MITID = {**MITID, "issuer": DEMO_MITID, "client_id": "borgerservice", "client_secret": "demo"}
