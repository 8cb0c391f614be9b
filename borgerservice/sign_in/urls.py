"""Where staff sign in and keep their account: only what they need of allauth, and invitations."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.languages import OURS
from borgerservice.sign_in.accounts import signed_out, still_here
from borgerservice.sign_in.spoken import choose_language, is_for_staff

anyone = open_to("anyone")


def staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a page to staff for as long as they stay signed in."""

    @wraps(view)
    def page(request: HttpRequest, **rest: Any) -> HttpResponse:
        over = request.user.is_authenticated and signed_out(request, now=clock.now())
        return over or view(request, **rest)

    return open_to("staff")(page)


@require_http_methods(["GET", "POST"])
@never_cache
@open_to("staff")
def still(request: HttpRequest) -> HttpResponse:
    """What the script of staff's pages asks, and tells while somebody is at work."""
    return still_here(request, now=clock.now())


@require_POST
@never_cache
@anyone
def language(request: HttpRequest) -> HttpResponse:
    """Read staff's pages in Danish or in English, and go on where one was."""
    chosen, page = request.POST.get("language", ""), request.POST.get("next", "")
    if chosen not in OURS:
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        signed_out(request, now=clock.now())
    is_ours = url_has_allowed_host_and_scheme(page, allowed_hosts=None) and is_for_staff(page)
    response = redirect(page if is_ours else "admin:index")
    choose_language(request, response, chosen)
    return response


@anyone
def absent(request: HttpRequest, **rest: str) -> HttpResponse:
    """Nothing is here: allauth asks for these names, and we offer no sign-up."""
    raise Http404


urlpatterns = [
    path("login/", anyone(account.login), name="account_login"),
    path("logout/", anyone(account.logout), name="account_logout"),
    path("inactive/", anyone(account.account_inactive), name="account_inactive"),
    path("still/", still, name="account_still"),
    path("language/", language, name="account_language"),
    path("reauthenticate/", staff(account.reauthenticate), name="account_reauthenticate"),
    path("password/", staff(account.password_change), name="account_change_password"),
    path("signup/", absent, name="account_signup"),
    path("password/new/", absent, name="account_set_password"),
    path("second-factor/", staff(mfa.index), name="mfa_index"),
    path("second-factor/sign-in/", anyone(mfa.authenticate), name="mfa_authenticate"),
    path("second-factor/again/", staff(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("second-factor/app/", staff(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/app/off/", staff(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "second-factor/codes/",
        staff(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/codes/new/",
        staff(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/codes/file/",
        staff(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
