"""App registration."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """See the package's modules."""

    name = "borgerservice.vault"
    label = "vault"
