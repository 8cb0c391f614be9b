"""Where somebody wants to go."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import NoCprField
from appointments.forms.kind import KindForm

LONGEST_QUERY = 80


class SearchForm(KindForm):
    """Where somebody wants to go: `?q=`. A CPR number is not looked for."""

    q = NoCprField(
        label=_("Municipality, centre or postal code"),
        required=False,
        max_length=LONGEST_QUERY,
        error_messages={
            "max_length": _("Write a shorter text, for example the name of a town."),
        },
        widget=forms.TextInput(
            attrs={"class": "form-input", "type": "search", "autocomplete": "off"}
        ),
    )
