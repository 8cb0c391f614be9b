"""Staff accounts: nobody signs up by themselves, and nobody stays signed in unseen."""

import base64
from datetime import datetime
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import is_valid_path
from django.utils.translation import gettext as _

from borgerservice.vault.services import open_directly, seal_directly

IDLE_SECONDS = 15 * 60
LONGEST_SECONDS = 10 * 60 * 60
NOTED_EVERY_SECONDS = 60
PLACE = "second-factor"


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

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
    if _is_over(request, int(now.timestamp())):
        logout(request)
        messages.info(request, _("You were signed out because time ran out. Sign in again."))
        return to_sign_in(request)
    if settings.SECOND_FACTOR_REQUIRED and not _has_second_factor(request):
        messages.info(request, _("Set up a second factor before you can work here."))
        return redirect("mfa_activate_totp")
    return None


def _is_over(request: HttpRequest, moment: int) -> bool:
    """Whether the session sat idle too long or is too old; its use is noted each minute."""
    session = request.session
    began, seen = session.get("began", moment), session.get("seen", moment)
    if moment - seen > IDLE_SECONDS or moment - began > LONGEST_SECONDS:
        return True
    if "began" not in session:
        session["began"] = moment
    if "seen" not in session or moment - seen >= NOTED_EVERY_SECONDS:
        session["seen"] = moment
    return False


def _has_second_factor(request: HttpRequest) -> bool:
    """Whether it was used to sign in, or has been set up since."""
    used = get_authentication_records(request, request.user)
    if any(record.get("method") == "mfa" for record in used):
        return True
    return bool(DefaultMFAAdapter().is_mfa_enabled(request.user))
