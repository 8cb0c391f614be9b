"""The settings of an installation that is not a demo."""

from borgerservice.settings.base import PSEUDONYM_COST as AS_SHIPPED
from borgerservice.settings.test import *  # noqa: F403

IS_DEMO = False
PSEUDONYM_COST = AS_SHIPPED
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
