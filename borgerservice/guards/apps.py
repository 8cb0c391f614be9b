"""App registration."""

from django.apps import AppConfig


class GuardsConfig(AppConfig):
    """See the package's modules."""

    name = "borgerservice.guards"
    label = "guards"
