"""When a source of a rule was published, in words."""

from datetime import date

from django import template
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from witnesses.rules.figures import Source

register = template.Library()
YEAR, MONTH = 4, 7


@register.filter
def published(source: Source) -> str:
    """`2025`, `22. november 2026`, or for an undated copy `mellem 2021 og 2023`."""
    first, _stroke, last = source.dated.partition("/")
    if not last:
        return _written(first)
    return _("between {first} and {last}").format(first=_written(first), last=_written(last))


def _written(dated: str) -> str:
    """A year, month or day as the page's language writes it."""
    if len(dated) == YEAR:
        return dated
    if len(dated) == MONTH:
        return formatted(date.fromisoformat(f"{dated}-01"), "F Y")
    return formatted(date.fromisoformat(dated), pgettext("date format", "j F Y"))
