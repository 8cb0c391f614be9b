"""What a form shows back of what was typed."""

from urllib.parse import unquote_plus

from django import template
from django.http import HttpRequest

from borgerservice.kernel.cpr import holds_cpr_number

register = template.Library()


@register.filter
def withheld(value: object) -> str:
    """The value as text; empty where a reader could take it for a CPR number."""
    text = str(value)
    return "" if holds_cpr_number(text) else text


@register.filter
def address_shown(request: HttpRequest) -> str:
    """The address of the page; without its query where that holds what could be a CPR number."""
    address = request.get_full_path()
    return request.path if holds_cpr_number(unquote_plus(address)) else address
