"""Staff accounts: nobody signs up by themselves, and nobody stays signed in unseen."""

import base64
import re
from datetime import datetime
from http import HTTPStatus
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import is_valid_path
from django.utils.translation import gettext as _

from borgerservice.kernel import clock
from borgerservice.municipalities.models import StaffMember
from borgerservice.sign_in.spoken import take_over_language
from borgerservice.sign_in.staying import NOTED_EVERY_SECONDS, note_use, stay_of
from borgerservice.vault.services import open_directly, seal_directly

PLACE = "second-factor"


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def login(self, request: HttpRequest, user: StaffMember) -> None:
        """Sign in, in the language that was chosen for it."""
        super().login(request, user)
        take_over_language(request, user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not of who has just signed in and sets up their first second factor."""
        request = context.request
        if app == "allauth.mfa" and not DefaultMFAAdapter().is_mfa_enabled(request.user):
            signed_in = get_authentication_records(request, request.user)
            latest = max((record["at"] for record in signed_in), default=0.0)
            ago = clock.now().timestamp() - latest
            return bool(ago > app_settings.REAUTHENTICATION_TIMEOUT)
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures per user name *and* network: nobody can lock out somebody else."""
        name = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{name}:{self.get_client_ip(request)}"


class SealedFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secret of a second factor is stored sealed under the installation's newest key."""

    def encrypt(self, text: str) -> str:
        """The text as it is stored."""
        return base64.b64encode(seal_directly(text, place=PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text that was sealed."""
        return open_directly(base64.b64decode(encrypted_text), place=PLACE)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there back to where one was; what was sent is not kept."""
    if request.method == "POST":
        messages.warning(request, _("What you sent is not saved. Sign in, and send it again."))
    return redirect_to_login(request.get_full_path())


def is_act_opened(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """Whether an address that only acts was opened: by a reload, the way back, or a sign-in."""
    is_refused = answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    return is_refused and request.method in {"GET", "HEAD"}


def to_page_above(request: HttpRequest) -> HttpResponse:
    """To the nearest page above an address, which is where its act is done."""
    above = request.path
    while (above := above.rstrip("/").rpartition("/")[0] + "/") != "/":
        if is_valid_path(above):
            return redirect(above)
    return redirect("admin:index")


def turned_away(request: HttpRequest, *, now: datetime) -> HttpResponse | None:
    """Where signed-in staff must go before they see anything, or None when they may go on."""
    if over := signed_out(request, now=now):
        return over
    if settings.SECOND_FACTOR_REQUIRED and not _has_second_factor(request):
        messages.info(request, _("Set up a second factor before you can work here."))
        return redirect("mfa_activate_totp")
    return None


def signed_out(request: HttpRequest, *, now: datetime) -> HttpResponse | None:
    """The way back in where time ran out; else None, and the use is noted each minute."""
    moment = int(now.timestamp())
    if moment > stay_of(request.session, moment).ends:
        logout(request)
        messages.info(request, _("You were signed out because time ran out. Sign in again."))
        return to_sign_in(request)
    note_use(request.session, moment, every=NOTED_EVERY_SECONDS)
    return None


def still_here(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """How long one stays signed in if nothing more is done; 410 where one is not.

    Asking is no use of the session. Sending (POST) is: of what was last done, `ago` seconds before.
    """
    session, moment = request.session, int(now.timestamp())
    if not request.user.is_authenticated or moment > stay_of(session, moment).ends:
        return HttpResponse(status=HTTPStatus.GONE)
    if request.method == "POST":
        ago = request.POST.get("ago", "")
        if not re.fullmatch("[0-9]{1,9}", ago):
            return HttpResponse(status=HTTPStatus.BAD_REQUEST)
        note_use(session, moment - int(ago))
    stay = stay_of(session, moment)
    return JsonResponse({"began": stay.began, "seconds": stay.ends - moment})


def _has_second_factor(request: HttpRequest) -> bool:
    """Whether it was used to sign in, or has been set up since."""
    used = get_authentication_records(request, request.user)
    if any(record.get("method") == "mfa" for record in used):
        return True
    return bool(DefaultMFAAdapter().is_mfa_enabled(request.user))
