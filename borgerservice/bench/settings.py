"""What the measured product runs with: the production settings, but for two things.

There is no broker, so nothing is published; messages are still written with the act they tell of.
Style sheets are named as they lie in the source: nobody has collected them.
"""

from borgerservice.settings.production import *  # noqa: F403

CELERY_BROKER_URL = ""
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
