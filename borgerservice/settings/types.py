"""For the type checker alone: it reads the settings, and has no keys and no database."""

from borgerservice.settings.base import *

SECRET_KEY = "read by mypy, signs nothing"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
