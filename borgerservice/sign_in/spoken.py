"""What staff's pages speak: Danish, or English for whoever chose it.

A choice belongs to the account, so it follows somebody to another desk and stays away from whoever
signs in next at this one. A cookie says what the pages before signing in speak: what was chosen on
one of them, which the account of whoever signs in next takes over; or what was last spoken here.
"""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from borgerservice.languages import OURS
from borgerservice.municipalities.models import StaffMember

COOKIE: Final = "staff_language"
KEPT: Final = ".kept"
"""Ends a cookie that nobody chose: it says what was spoken here last."""
A_YEAR: Final = 365 * 24 * 60 * 60
_FOR_STAFF: Final = ("/admin/", "/accounts/", "/invitation/")


def is_for_staff(path: str) -> bool:
    """Whether an address is of staff's pages."""
    return path.startswith(_FOR_STAFF)


def language_of(request: HttpRequest) -> str:
    """The language of a page of staff's."""
    if isinstance(request.user, StaffMember):
        return request.user.language
    return language_here(request)


def language_here(request: HttpRequest) -> str:
    """The language of staff's pages in this browser while nobody is signed in."""
    found = request.COOKIES.get(COOKIE, "").removesuffix(KEPT)
    return found if found in OURS else settings.LANGUAGE_CODE


def choose_language(request: HttpRequest, response: HttpResponseBase, language: str) -> None:
    """Speak a language from now on: to the one signed in, else in this browser."""
    if isinstance(request.user, StaffMember):
        _prefer(request.user, language)
    else:
        _write(response, language)


def take_over_language(request: HttpRequest, staff: StaffMember) -> None:
    """What was chosen before signing in is the choice of who signed in."""
    if request.COOKIES.get(COOKIE) in OURS:
        _prefer(staff, request.COOKIES[COOKIE])


def keep_language(request: HttpRequest, response: HttpResponseBase) -> None:
    """Let what is said in this browser after signing out be in the language of before."""
    if not isinstance(request.user, StaffMember):
        return
    spoken = request.user.language + KEPT
    if request.COOKIES.get(COOKIE, settings.LANGUAGE_CODE + KEPT) != spoken:
        _write(response, spoken)


def _prefer(staff: StaffMember, language: str) -> None:
    staff.language = language
    staff.save(update_fields=["language"])


def _write(response: HttpResponseBase, told: str) -> None:
    response.set_cookie(
        COOKIE,
        told,
        max_age=A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
