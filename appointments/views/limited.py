"""Pages of which one network or contact cannot ask too often."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.exceptions import TooMany

Given = ParamSpec("Given")
View = Callable[Given, HttpResponseBase]


def limited(view: View[Given]) -> View[Given]:
    """The view; where it was asked too often, a page that says so and when to come back."""

    @wraps(view)
    def counted(*args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except TooMany as refused:
            request = args[0]
            assert isinstance(request, HttpRequest)  # noqa: S101 - a view's first argument
            shown = {
                "is_error_page": True,
                "booked": _booked(),
                "when": _when(refused),
            }
            return announced(render(request, "appointments/too_many.html", shown), refused)

    return counted


def announced(response: HttpResponse, refused: TooMany) -> HttpResponse:
    """The page as an answer that says when there may be more."""
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response.headers["Retry-After"] = str(refused.retry_after)
    return response


def in_words(refused: TooMany) -> str:
    """What is said on a page that keeps what was typed."""
    return f"{_booked()} {_when(refused)}"


def asked_too_often(refused: TooMany) -> str:
    """What is said to whoever asks for a lost link."""
    told = _("The link has been asked for too many times. Nothing has been sent now.")
    return f"{told} {_when(refused)}"


def _booked() -> str:
    return _(
        "Many times have been booked from your network, or with your phone number or e-mail"
        " address. Nothing has been booked now."
    )


def _when(refused: TooMany) -> str:
    minutes, hours = -(-refused.retry_after // 60), -(-refused.retry_after // 3600)
    if not refused.of_network:
        return _later(minutes, hours)
    if hours > 1:
        told = _("You can try again in %(hours)s hours, or from another network.")
        return told % {"hours": hours}
    return ngettext(
        "You can try again in %(minutes)s minute, or from another network.",
        "You can try again in %(minutes)s minutes, or from another network.",
        minutes,
    ) % {"minutes": minutes}


def _later(minutes: int, hours: int) -> str:
    if hours > 1:
        return _("You can try again in %(hours)s hours.") % {"hours": hours}
    return ngettext(
        "You can try again in %(minutes)s minute.",
        "You can try again in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}
