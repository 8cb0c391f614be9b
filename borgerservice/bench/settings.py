"""What the measured product runs with: the production settings, but for the broker.

Without one nothing is published; messages are still written with the act they tell of.
"""

from borgerservice.settings.production import *  # noqa: F403

CELERY_BROKER_URL = ""
