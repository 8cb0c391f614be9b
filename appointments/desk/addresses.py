"""Addresses of citizens' pages for citizens: in Danish, whatever language staff read."""

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language_from_path, override

from borgerservice.api.problem import is_for_programs
from borgerservice.sign_in.spoken import is_for_staff


def citizens_address(name: str, **named: str) -> str:
    """The address of a page of citizens'."""
    with override(settings.LANGUAGE_CODE):
        return reverse(f"appointments:{name}", kwargs=named)


def leads_to_centre(key: str) -> bool:
    """Whether the addresses made of a key would be those of a centre's pages, and of no others."""
    if not key or get_language_from_path(f"/{key}/") is not None or _is_kept(f"/{key}/"):
        return False
    below = {"key": key, "code": "service"}
    with override(settings.LANGUAGE_CODE):
        try:
            is_its_own = resolve(f"/{key}/").kwargs == {"key": key}
            return is_its_own and resolve(f"/{key}/service/").kwargs == below
        except Resolver404:
            return False


def _is_kept(address: str) -> bool:
    """Whether what begins so is answered otherwise than citizens' pages."""
    return is_for_programs(address) or is_for_staff(address) or address == settings.STATIC_URL
