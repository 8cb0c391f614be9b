"""What an administrator types about a centre: its name, where it is, and how it is reached."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.desk.addresses import leads_to_centre
from appointments.desk.roster_forms import NewPlaceForm
from appointments.forms.fields import PhoneField
from appointments.forms.kind import KindForm
from appointments.services.centres.places import Place
from appointments.services.centres.reference import centre_key
from appointments.wording import REFUSALS
from borgerservice.municipalities.models import Centre

STEP_FREE = {"": None, "yes": True, "no": False}


def _line(label: Any, *, longest: int, told: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        error_messages={"required": REFUSALS[told]},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        **options,
    )


class _PlaceForm(KindForm):
    """The fields of `Place`."""

    name = _line(_("Name of the centre"), longest=120, told="centre_without_name")
    address = _line(_("Address"), longest=120, told="stop_without_address")
    postal_code = _line(_("Postal code"), longest=4, told="no_such_postal_code")
    city = _line(_("Town"), longest=60, told="stop_without_town")
    phone = PhoneField({"autocomplete": "off"}, required=False)
    is_step_free = forms.ChoiceField(
        label=_("Step-free access"),
        required=False,
        choices=(("", _("Not said")), ("yes", _("Yes")), ("no", _("No"))),
    )
    is_open_for_booking = forms.BooleanField(
        label=_("The centre takes bookings"),
        help_text=_(
            "Without it nobody can book or be received there. Visits that are booked stay booked."
        ),
        required=False,
        initial=True,
    )

    def place(self) -> Place:
        """What was typed."""
        typed = self.cleaned_data
        told = {name: typed[name] for name in ("name", "address", "postal_code", "city")}
        phone = typed["phone"]
        return Place(
            **told,
            phone=phone.as_international if phone else "",
            is_step_free=STEP_FREE[typed["is_step_free"]],
            is_open_for_booking=typed["is_open_for_booking"],
        )


class NewCentreForm(_PlaceForm):
    """A centre that is not there yet."""

    def clean_name(self) -> str:
        """A name of which no address can be made that leads to the centre is refused."""
        name = str(self.cleaned_data["name"])
        if not leads_to_centre(centre_key(name)):
            raise forms.ValidationError(str(REFUSALS["centre_name_taken"]))
        return name


class ChangeCentreForm(_PlaceForm, NewPlaceForm):
    """A centre that is there."""

    def __init__(self, data: Mapping[str, Any] | None, *, centre: Centre) -> None:
        known = {one.name: getattr(centre, one.name) for one in fields(Place)}
        said = {value: name for name, value in STEP_FREE.items()}
        super().__init__(data, initial={**known, "is_step_free": said[centre.is_step_free]})
