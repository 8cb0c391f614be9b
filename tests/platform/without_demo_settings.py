"""The settings of an installation that is not a demo."""

from borgerservice.settings.test import *  # noqa: F403

IS_DEMO = False
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
