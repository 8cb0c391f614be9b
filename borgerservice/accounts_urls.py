"""Where staff sign in and keep their account: only what they need of allauth, and invitations."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from borgerservice.access import open_to

anyone = open_to("anyone")
staff = open_to("staff")


@anyone
def absent(request: HttpRequest, **rest: str) -> HttpResponse:
    """Nothing is here: allauth asks for these names, and we offer no sign-up."""
    raise Http404


urlpatterns = [
    path("login/", anyone(account.login), name="account_login"),
    path("logout/", anyone(account.logout), name="account_logout"),
    path("inactive/", anyone(account.account_inactive), name="account_inactive"),
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
