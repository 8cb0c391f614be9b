"""App registration."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """See the package's modules."""

    name = "borgerservice.audit"
    label = "audit"
