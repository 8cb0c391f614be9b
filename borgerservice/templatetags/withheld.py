"""What a form shows back of what was typed."""

from django import template

from borgerservice.kernel.cpr import holds_cpr_number

register = template.Library()


@register.filter
def withheld(value: object) -> str:
    """The value as text; empty where a reader could take it for a CPR number."""
    text = str(value)
    return "" if holds_cpr_number(text) else text
