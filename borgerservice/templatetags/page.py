"""What templates need to speak: time in words, icons, the same page in another language."""

import re
from datetime import date, datetime, time
from typing import Any, Final

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse, translate_url
from django.utils.dateformat import format as formatted
from django.utils.dates import WEEKDAYS
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, override, pgettext
from phonenumber_field.phonenumber import to_python

from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.languages import (
    OURS,
    RIGHT_TO_LEFT,
    is_machine_assisted,
    offered_languages,
    text_of,
)
from borgerservice.municipalities.models import Municipality
from borgerservice.qr import Square, square

register = template.Library()

GENITIVES = {"København": "Københavns Kommune", "Bornholm": "Bornholms Regionskommune"}


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, code: str) -> str:
    """The address of this page in another language; of the front page where this is an error."""
    request = context.get("request")
    if request is None or context.get("is_error_page"):
        return translate_url(reverse("appointments:front"), code)
    return translate_url(request.path, code) + str(context.get("kept_query", ""))


@register.simple_tag(takes_context=True)
def page_languages(context: template.Context, place: str) -> list[str]:
    """The languages one can choose, that of the page first; in the header only ours besides.

    On a page about a centre they are those its municipality offers.
    """
    codes = _offered(context)
    if place == "header":
        codes = [code for code in codes if code in OURS or code == get_language()]
    return sorted(codes, key=lambda code: code != get_language())


@register.simple_tag(takes_context=True)
def has_more_languages(context: template.Context) -> bool:
    """Whether there are languages that the header does not name."""
    return len(_offered(context)) > len(OURS)


@register.simple_tag
def text_direction() -> str:
    """`rtl` where the language is written from right to left."""
    return "rtl" if get_language() in RIGHT_TO_LEFT else "ltr"


@register.simple_tag
def translated_by_machine() -> bool:
    """Whether the page must say that a machine helped to translate it."""
    return is_machine_assisted(get_language() or "")


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of the design system, for the eye only: the words stand beside it."""
    return format_html(
        '<svg class="icon-svg {}" focusable="false" aria-hidden="true"><use href="{}"></use></svg>',
        classes,
        f"{static('dkfds/img/all-svg-icons.svg')}#{name}",
    )


@register.simple_tag
def qr_code(text: str) -> Square:
    """A text to be scanned."""
    return square(text)


@register.simple_tag
def is_demo() -> bool:
    """Whether this installation is a demo."""
    return bool(settings.IS_DEMO)


@register.simple_tag(takes_context=True)
def accessibility_statement(context: template.Context) -> str:
    """Where the statement is: that of the municipality whose centre one looks at, or `/was`."""
    centre = context.get("centre")
    own = centre.municipality.statement if centre else ""
    return own or reverse("appointments:statements")


@register.simple_tag(takes_context=True)
def privacy_notice(context: template.Context) -> str:
    """Where it says how data is used: of the municipality whose centre one looks at, or of all."""
    centre = context.get("centre")
    if not centre:
        return reverse("appointments:privacy")
    return reverse("appointments:privacy_of", kwargs={"code": centre.municipality.code})


@register.simple_tag(takes_context=True)
def kiosk_leave(context: template.Context) -> str:
    """Where a centre's own screen forgets what one does on the page, and begins again in Danish."""
    if token := context.get("token"):
        return reverse("appointments:leave", kwargs={"token": token})
    with override(settings.LANGUAGE_CODE):
        return reverse("appointments:centre", kwargs={"key": context["request"].kiosk})


@register.filter
def day_in_words(day: date | datetime) -> str:
    """`mandag den 23. november 2026`."""
    return formatted(_local_day(day), pgettext("date format", "l j F Y"))


@register.filter
def day_of_year(day: date | datetime) -> str:
    """`mandag den 23. november`."""
    return formatted(_local_day(day), pgettext("date format", "l j F"))


@register.filter
def day_in_short(day: date | datetime) -> str:
    """`man 23. nov`."""
    return formatted(_local_day(day), pgettext("date format", "D j M"))


@register.filter
def clock(moment: datetime) -> str:
    """`10.15`, on the wall of Copenhagen."""
    return formatted(moment.astimezone(COPENHAGEN).time(), pgettext("time format", "H:i"))


@register.filter
def in_words(moment: datetime) -> str:
    """`mandag den 23. november 2026 kl. 10.15`."""
    return pgettext("moment", "{day} at {time}").format(
        day=day_in_words(moment), time=clock(moment)
    )


@register.filter
def minute_of_day(minute: int) -> str:
    """A minute of the day as a clock shows it; the last is 24.00."""
    if minute == 24 * 60:
        return clock_text(time(0)).replace("00", "24", 1)
    return clock_text(time(minute // 60, minute % 60))


def clock_text(shown: time) -> str:
    """A time of day in the form of the language."""
    return formatted(shown, pgettext("time format", "H:i"))


@register.filter
def in_one_piece(text: object) -> SafeString:
    """A text whose dates, numbers and addresses stay on one line each, read from left to right."""
    whole = str(text)
    parts = _PIECES.split(whole)
    if len(parts) == 1:
        return conditional_escape(whole)
    told = ((_PIECE if place % 2 else "{}", part) for place, part in enumerate(parts))
    return SafeString("".join(format_html(form, part) for form, part in told))


_PIECE: Final = '<bdi dir="ltr" class="one-piece">{}</bdi>'
_PIECES: Final = re.compile(
    r"(\+?\d+(?: \d+)+|\b\w{2}-\w{2}-\w{4}\b|\b\w{4}-\w{4}-\w{2}\b|[\w.]+@[\w.]+\w)"
)


@register.filter
def weekday(number: int) -> str:
    """The name of a weekday; 0 is Monday."""
    return str(WEEKDAYS[number])


@register.filter
def spoken(texts: dict[str, Any]) -> Any:
    """Of texts held per language, the one for the page."""
    return text_of(texts)


@register.filter
def municipality_name(place: Municipality) -> str:
    """`Herning Kommune`, `Københavns Kommune`, `Herning Municipality`; or what it calls itself."""
    if place.shown_name:
        return place.shown_name
    if get_language() == "da" and place.name in GENITIVES:
        return GENITIVES[place.name]
    return gettext("{name} Municipality").format(name=place.name)


@register.filter
def readable(number: str) -> str:
    """A phone number in groups: `+45 20 30 40 50`."""
    return to_python(number).as_international if number else ""


@register.filter
def dialled(number: str) -> str:
    """A phone number as a `tel:` address wants it."""
    return "".join(char for char in number if char.isdigit() or char == "+")


def _offered(context: template.Context) -> list[str]:
    centre = context.get("centre")
    return offered_languages(centre.municipality.languages if centre else "")


def _local_day(day: date | datetime) -> date:
    return day.astimezone(COPENHAGEN).date() if isinstance(day, datetime) else day
