"""App registration."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    """What a person may ask of us: no tables of its own."""

    name = "borgerservice.rights"
    label = "rights"
