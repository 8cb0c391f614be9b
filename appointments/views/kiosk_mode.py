"""The centre's own screen: it shows that centre only, keeps nothing, and remembers nobody.

A browser becomes such a screen by a signed cookie that names the centre. What is begun on it is
forgotten after three minutes in which nobody touches it: the draft's own end says so, whatever
becomes of the browser.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import override

View = TypeVar("View", bound=Callable[..., Any])
STAFF: Final = ("/admin/", "/accounts/")
"""A clerk who opened the address on their own machine still gets to work."""


def at_kiosk(view: View) -> View:
    """Let a view be used on the centre's screen, too; of a centre, only that one's."""
    view.at_kiosk = True  # type: ignore[attr-defined]
    return view


def ticket_of(key: str) -> str:
    """What makes a browser the screen of a centre; the same every time."""
    return _signer().sign(key)


def centre_of_ticket(ticket: str) -> str | None:
    """The key of the centre, or None where the ticket is not ours."""
    try:
        return _signer().unsign(ticket)
    except BadSignature:
        return None


def screen_of(request: HttpRequest) -> str:
    """The key of the centre whose screen it is; empty everywhere else."""
    return str(getattr(request, "kiosk", ""))


def start_of(key: str) -> str:
    """Where the screen of a centre begins again: its page, in Danish."""
    with override(settings.LANGUAGE_CODE):
        return reverse("appointments:centre", kwargs={"key": key})


class KioskMiddleware:
    """On a centre's screen every other page leads back to its start, and no page is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        ticket = request.COOKIES.get(settings.KIOSK_COOKIE_NAME, "")
        is_staffs = request.path_info.startswith(STAFF)
        key = centre_of_ticket(ticket) if ticket and not is_staffs else None
        request.kiosk = key or ""  # type: ignore[attr-defined]
        response = self.get_response(request)
        if key and response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers["Cache-Control"] = "no-store, private"
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Back to the start, from what is not for the screen or of another centre."""
        key = screen_of(request)
        if not key or (getattr(view, "at_kiosk", False) and kwargs.get("key", key) == key):
            return None
        return redirect(start_of(key))


def _signer() -> Signer:
    return Signer(salt="appointments.kiosk")
