"""Addresses of citizens' pages for citizens: in Danish, whatever language staff read."""

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language_from_path, override


def citizens_address(name: str, **named: str) -> str:
    """The address of a page of citizens'."""
    with override(settings.LANGUAGE_CODE):
        return reverse(f"appointments:{name}", kwargs=named)


def leads_to_centre(key: str) -> bool:
    """Whether the address made of a key would be that of a centre's page, and of no other page."""
    with override(settings.LANGUAGE_CODE):
        try:
            is_its_own = bool(key) and resolve(f"/{key}/").kwargs == {"key": key}
        except Resolver404:
            return False
    return is_its_own and get_language_from_path(f"/{key}/") is None
