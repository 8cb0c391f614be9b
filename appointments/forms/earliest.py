"""What a citizen says to find the earliest time in the country."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.exceptions import Refused
from appointments.forms.fields import PeopleField
from appointments.forms.kind import KindForm
from appointments.models import ServiceType
from appointments.rules.places import postal_code_in
from appointments.services.booking.earliest import postal_number
from borgerservice.languages import text_of
from borgerservice.municipalities.models import Region

LONGEST_NEAR = 60


class WhereForm(KindForm):
    """The two questions that matter: `?service=&near=`."""

    service = forms.ChoiceField(
        label=_("What do you need help with?"),
        error_messages={
            "required": _("Choose what you need help with."),
            "invalid_choice": _("Choose one of the services in the list."),
        },
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    near = forms.CharField(
        label=_("Near postal code (optional)"),
        required=False,
        max_length=LONGEST_NEAR,
        error_messages={
            "max_length": _("Write a postal code with four digits, for example 8000."),
        },
        widget=forms.TextInput(
            attrs={"class": "form-input", "inputmode": "numeric", "autocomplete": "postal-code"}
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["service"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((service.code, text_of(service.names)) for service in ServiceType.objects.all()),
        ]

    def clean_near(self) -> str:
        """The postal code in what was typed, so that "8000 Aarhus C" will do."""
        typed = str(self.cleaned_data["near"])
        code = postal_code_in(typed) or typed
        if code:
            try:
                postal_number(code)
            except Refused as refused:
                raise forms.ValidationError(refused.sentence, code=refused.code) from None
        return code


class EarliestForm(WhereForm):
    """The same, and what narrows it down."""

    people = PeopleField()
    region = forms.ChoiceField(
        label=_("Region"),
        required=False,
        error_messages={"invalid_choice": _("Choose one of the regions in the list.")},
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    evening = forms.BooleanField(
        label=_("Only times at 16:00 or later"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-checkbox", "value": "1"}),
    )
    step_free = forms.BooleanField(
        label=_("Only centres with access without steps"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-checkbox", "value": "1"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = Region.objects.order_by("name").values_list("name", flat=True)
        self.fields["region"].choices = [  # type: ignore[attr-defined]
            ("", _("The whole country")),
            *((name, name) for name in names),
        ]

    @property
    def query(self) -> str:
        """The same question as part of an address, of what was understood."""
        understood = getattr(self, "cleaned_data", {})
        asked = {
            name: "1" if value is True else str(value)
            for name, value in understood.items()
            if value and name in self.fields
        }
        return f"?{urlencode(asked)}" if asked else ""
