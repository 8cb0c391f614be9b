"""App registration."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """See the package's modules."""

    name = "borgerservice.retention"
    label = "retention"
