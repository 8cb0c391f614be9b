"""What the measured product runs with: the production settings, but for three things.

The limits of bookings are wide: a few made-up contacts book all there is.

There is a broker only where one is measured. Elsewhere nothing is published; messages are still
written with the act they tell of.
Style sheets are named as they lie in the source: nobody has collected them.
"""

from borgerservice.settings.production import *  # noqa: F403
from borgerservice.settings.production import env

BOOKING_LIMITS = {"start": (10**9, 600), "centre": (10**9, 86400), "contact": (10**9, 86400)}
PROOF_ASKED_FROM = {"everybody": 10**9, "network": 10**9}
CELERY_BROKER_URL = env.str("BENCH_BROKER", default="")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
