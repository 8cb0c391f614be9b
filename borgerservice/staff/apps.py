"""App registration."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Who works where: no tables of its own, they are `municipalities`'."""

    name = "borgerservice.staff"
    label = "staff"
