"""What pages say of a visit."""

from collections.abc import Iterable

from django import template

from appointments.rules.needs import read_needs
from appointments.wording import NEEDS_TOLD

register = template.Library()


@register.filter
def needs_in_words(kept: str | Iterable[str]) -> list[str]:
    """What is needed at a visit, a sentence each; from codes, or as they are kept."""
    codes = read_needs(kept) if isinstance(kept, str) else kept
    return [str(NEEDS_TOLD[code]) for code in codes if code in NEEDS_TOLD]
