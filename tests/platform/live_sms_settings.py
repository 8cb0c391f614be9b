"""The settings of a worker process whose text messages go to the provider of a test."""

from borgerservice.settings.test import *  # noqa: F403
from borgerservice.settings.test import env

SMS_GATEWAY = "borgerservice.adapters.sms.live.HttpsSms"
SMS_GATEWAY_URL = env("SMS_GATEWAY_URL")
SMS_GATEWAY_TOKEN = "the-token"
# As in production.
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}  # noqa: F405
