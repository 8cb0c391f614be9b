"""App registration."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """See the package's modules."""

    name = "borgerservice.notifications"
    label = "notifications"
