"""App registration."""

from django.apps import AppConfig


class MunicipalitiesConfig(AppConfig):
    """See the package's modules."""

    name = "borgerservice.municipalities"
    label = "municipalities"
