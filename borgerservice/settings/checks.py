"""For what reads the code and serves nobody: types, migrations in step, translations."""

from borgerservice.settings.base import *

SECRET_KEY = "signs nothing"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
