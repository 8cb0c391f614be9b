"""App registration."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """See the package's modules."""

    name = "borgerservice.people"
    label = "people"
