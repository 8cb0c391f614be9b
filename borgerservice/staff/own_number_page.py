"""Where a staff member tells their own CPR number, once."""

from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from borgerservice.access import open_to
from borgerservice.admin import act, posted
from borgerservice.kernel import clock
from borgerservice.kernel.cpr import CprNumber, ImpossibleCprNumber
from borgerservice.municipalities.models import StaffMember
from borgerservice.municipalities.policies import has_own_number
from borgerservice.staff.own_number import record_own_number
from borgerservice.staff.wording import REFUSALS


class OwnNumberInput(forms.TextInput):
    """A field that shows nothing back, and is no password a browser would offer to keep."""

    def format_value(self, value: Any) -> None:
        """Nothing, whatever was typed."""


class OwnNumberForm(forms.Form):
    """The ten digits."""

    use_required_attribute = False
    number = forms.CharField(
        label=gettext_lazy("Your CPR number"),
        max_length=40,
        widget=OwnNumberInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": REFUSALS["number_needed"],
            "max_length": REFUSALS["impossible_cpr_number"],
        },
    )

    def clean_number(self) -> CprNumber:
        """A number that can be one; what was typed is in no message."""
        try:
            return CprNumber.parse(self.cleaned_data["number"])
        except ImpossibleCprNumber:
            raise forms.ValidationError(str(REFUSALS["impossible_cpr_number"])) from None


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("staff")
def own_number(request: HttpRequest) -> HttpResponse:
    """Tell the own number; told once, the page only says so."""
    staff = request.user
    if not isinstance(staff, StaffMember):
        raise Http404
    is_recorded = has_own_number(staff)
    return act(
        request,
        title=_("Your own number"),
        form=OwnNumberForm(None if is_recorded else posted(request)),
        do=partial(record_own_number, staff=staff, now=clock.now()),
        done=_way_on(request),
        said=_("Your number is recorded. It is not shown anywhere."),
        template="admin/own_number.html",
        is_recorded=is_recorded,
        submit=_("Record my number"),
    )


def _way_on(request: HttpRequest) -> str:
    """Back to where somebody came from, where that is one of our own pages."""
    asked = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours and asked.startswith("/admin/") else reverse("admin:index")
