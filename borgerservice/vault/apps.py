"""App registration, and the one setting that must not be lowered."""

from typing import Final

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

LEAST_COST: Final = {"memory_kib": 19456, "iterations": 2, "lanes": 1}


class VaultConfig(AppConfig):
    """See the package's modules."""

    name = "borgerservice.vault"
    label = "vault"

    def ready(self) -> None:
        """Refuse to start where a stolen table of marks could be tried out cheaply."""
        cost = settings.PSEUDONYM_COST
        low = [name for name, least in LEAST_COST.items() if cost[name] < least]
        if low and not settings.IS_DEMO:
            msg = f"PSEUDONYM_COST is below the least allowed: {', '.join(low)}"
            raise ImproperlyConfigured(msg)
