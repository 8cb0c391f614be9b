"""Who comes, and how we reach them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import (
    EMAIL_INPUT,
    LONGEST_CONTACT,
    PHONE_INPUT,
    EmailField,
    NameField,
    PhoneField,
)
from appointments.forms.kind import TypedForm
from appointments.models import ServiceType
from appointments.rules.needs import NEEDS
from appointments.services.booking.drafts import Typed
from appointments.wording import NEEDS_TOLD, REFUSALS
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.languages import text_of
from borgerservice.notifications.limits import may_be_texted


class DetailsForm(TypedForm):
    """Who comes, and how we reach them."""

    phone = PhoneField(
        PHONE_INPUT,
        required=True,
        help_text=_(
            "We send a confirmation and reminders as text messages. Write the country code for"
            " a foreign number, for example +46 70 123 45 67."
        ),
    )
    email = EmailField(EMAIL_INPUT)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        typed: Typed,
        is_shared: bool = False,
        services: Sequence[ServiceType] = (),
    ) -> None:
        """Of several who come each chooses one of the `services`.

        On a screen that others use after, the browser is told to keep nothing that is typed.
        """
        super().__init__(data, initial=_initial(typed))
        self.people = typed.people
        if typed.proven == "email" or (data and str(data.get("email") or "").strip()):
            self.fields["phone"].required = False
        if typed.proven:
            del self.fields[typed.proven]
        for place in range(typed.people):
            self.fields |= _fields_of_person(place, alone=typed.people == 1)
            if services:
                self.fields[f"service_{place}"] = _service_of(place, services)
        self.fields |= _fields_of_needs()
        if is_shared:
            for field in self.fields.values():
                field.widget.attrs["autocomplete"] = "off"
        contact = [name for name in ("phone", "email") if name in self.fields]
        last = [*contact, *(f"needs_{code}" for code in NEEDS)]
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def clean(self) -> dict[str, Any]:
        """Where a CPR number was typed as a phone number, say that rather than `invalid`."""
        if "phone" in self.errors and holds_cpr_number(str(self["phone"].data or "")):
            del self.errors["phone"]
            self.add_error("phone", str(REFUSALS["looks_like_cpr"]))
        if "email" in self.fields and "email" not in self.errors and self._is_out_of_reach():
            self.add_error("email", str(REFUSALS["phone_not_texted"]))
        return self.cleaned_data

    def _is_out_of_reach(self) -> bool:
        """Whether a number we do not text is all there is to reach them by."""
        phone = self.typed_phone
        return bool(phone) and not self.typed_email and not may_be_texted(phone)

    @property
    def typed_phone(self) -> str:
        """The phone number, where one was written."""
        return str(self.cleaned_data.get("phone") or "")

    @property
    def typed_email(self) -> str:
        """The e-mail address, where one was written."""
        return str(self.cleaned_data.get("email") or "")

    @property
    def names(self) -> list[str]:
        """The names, in order."""
        return [self.cleaned_data[f"name_{place}"] for place in range(self.people)]

    @property
    def services(self) -> list[str]:
        """What each comes for, as codes; none where nobody was asked."""
        asked = [place for place in range(self.people) if f"service_{place}" in self.fields]
        return [self.cleaned_data[f"service_{place}"] for place in asked]

    def so_far(self) -> dict[str, Any]:
        """What can be kept of a form that is not filled in to the end; the rest is empty."""
        right = self.cleaned_data
        places = range(self.people)
        return {
            "names": [right.get(f"name_{place}", "") for place in places],
            "protected": [bool(right.get(f"is_protected_{place}")) for place in places],
            "services": [right.get(f"service_{place}", "") for place in places],
            "phone": self.typed_phone or self._as_typed("phone"),
            "email": self.typed_email or self._as_typed("email"),
            "needs": [code for code in NEEDS if right.get(f"needs_{code}")],
        }

    def _as_typed(self, name: str) -> str:
        """What stands in a field that is not right yet; nothing that looks like a CPR number."""
        typed = str(self.data.get(name) or "")[:LONGEST_CONTACT]
        return "" if name not in self.fields or holds_cpr_number(typed) else typed

    @property
    def needs(self) -> list[str]:
        """What the visitors need, as codes."""
        return [code for code in NEEDS if self.cleaned_data[f"needs_{code}"]]

    @property
    def protected(self) -> list[bool]:
        """Who has name and address protection, in the order of the names."""
        return [bool(self.cleaned_data[f"is_protected_{place}"]) for place in range(self.people)]


def _initial(typed: Typed) -> dict[str, object]:
    filled: dict[str, object] = {"phone": typed.phone, "email": typed.email}
    filled |= {f"needs_{code}": True for code in typed.needs}
    for place, (name, is_protected) in enumerate(zip(typed.names, typed.protected, strict=True)):
        filled[f"name_{place}"] = name
        filled[f"is_protected_{place}"] = is_protected
    filled |= {f"service_{place}": code for place, code in enumerate(typed.services)}
    return filled


def _fields_of_person(place: int, *, alone: bool) -> dict[str, forms.Field]:
    number = {"number": place + 1}
    attrs = {"class": "form-input", "dir": "auto", "autocomplete": "off" if place else "name"}
    return {
        f"name_{place}": NameField(
            label=_("Name") if alone else _("Name of person %(number)s") % number,
            widget=forms.TextInput(attrs=attrs),
        ),
        f"is_protected_{place}": forms.BooleanField(
            label=_("I have name and address protection")
            if alone
            else _("Person %(number)s has name and address protection") % number,
            required=False,
            help_text=_("The name is then not shown on screens and lists at the centre."),
            widget=forms.CheckboxInput(attrs={"class": "form-checkbox"}),
        ),
    }


def _service_of(place: int, services: Sequence[ServiceType]) -> forms.Field:
    told = REFUSALS["service_not_offered"]
    return forms.ChoiceField(
        label=_("What person %(number)s needs help with") % {"number": place + 1},
        choices=[(one.code, text_of(one.names)) for one in services],
        required=False,
        error_messages={"invalid_choice": told},
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def _fields_of_needs() -> dict[str, forms.Field]:
    return {
        f"needs_{code}": forms.BooleanField(
            label=NEEDS_TOLD[code],
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "form-checkbox"}),
        )
        for code in NEEDS
    }
