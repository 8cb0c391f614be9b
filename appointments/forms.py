"""What citizens type, read and checked; refusals are worded by the app, and repeat nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from phonenumber_field.formfields import PhoneNumberField

from appointments.exceptions import Refused
from appointments.models import ServiceType
from appointments.rules.names import NameRefused, clean_person_name
from appointments.rules.needs import NEEDS
from appointments.services.drafts import Typed
from appointments.services.plan import LARGEST_PARTY
from appointments.wording import NEEDS_TOLD, REFUSALS
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.languages import text_of

LONGEST_QUERY = 80
LONGEST_CONTACT = 254
FIRST_YEAR, LAST_YEAR = 2000, 2100
DATE_FORMATS = ["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%d %m %Y"]


class KindForm(forms.Form):
    """A form that never shows a CPR number back, wherever it was typed."""

    use_required_attribute = False

    def full_clean(self) -> None:
        """Check the form, then empty the fields that hold what looks like a CPR number.

        A field that was taken as it is keeps what it holds: a phone number may look like one.
        """
        super().full_clean()
        if not self.is_bound:
            return
        refused = {
            self.add_prefix(name)
            for name in self.errors
            if name in self.fields and holds_cpr_number(str(self[name].data or ""))
        }
        self.data = {name: "" if name in refused else self.data[name] for name in self.data}


class SearchForm(KindForm):
    """Where somebody wants to go: `?q=`."""

    q = forms.CharField(
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

    def clean_q(self) -> str:
        """A search that looks like a CPR number is not run."""
        query = str(self.cleaned_data["q"])
        if holds_cpr_number(query):
            raise forms.ValidationError(REFUSALS["looks_like_cpr"], code="looks_like_cpr")
        return query


class TimesForm(KindForm):
    """How many come, and from which day times are wanted: `?people=&from=`."""

    people = forms.TypedChoiceField(
        label=_("How many people need the service?"),
        coerce=int,
        required=False,
        error_messages={"invalid_choice": _("Choose between 1 and 4 people.")},
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    first_day = forms.DateField(
        label=_("Show times from"),
        required=False,
        input_formats=DATE_FORMATS,
        error_messages={"invalid": _("Write a date, for example 23-11-2026.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-input", "type": "date"}),
    )

    def __init__(self, data: Mapping[str, Any], *, now: datetime, party: int | None = None) -> None:
        """With a `party` that is settled already, only the day is asked for."""
        self.settled = party
        self.today = danish_date(now)
        asked = {
            "people": data.get("people") or "1",
            "from": data.get("from") or self.today.isoformat(),
        }
        super().__init__(asked)
        if party is not None:
            del self.fields["people"]
            return
        self.fields["people"].choices = [  # type: ignore[attr-defined]
            (number, ngettext("{number} person", "{number} people", number).format(number=number))
            for number in range(1, LARGEST_PARTY + 1)
        ]

    def add_prefix(self, field_name: str) -> str:
        """The first day is `from` in the address."""
        return "from" if field_name == "first_day" else super().add_prefix(field_name)

    def full_clean(self) -> None:
        """A day that was not understood is not shown back: a date field could not hold it."""
        super().full_clean()
        if "first_day" in self.errors:
            self.data = {**self.data, "from": ""}

    def clean_first_day(self) -> date:
        """A day that is over means today."""
        return max(self.cleaned_data["first_day"] or self.today, self.today)

    def keep_within(self, last_day: date) -> None:
        """Refuse a day after the last one that can be booked."""
        if self.start_day > last_day:
            self.add_error("first_day", str(REFUSALS["too_far_ahead"]))
            self.data = {**self.data, "from": ""}

    @property
    def party(self) -> int:
        """How many come; one, where that was not understood."""
        return self.settled or int(self.cleaned_data.get("people") or 1)

    @property
    def start_day(self) -> date:
        """The day to begin at; today, where that was not understood."""
        return self.cleaned_data.get("first_day") or self.today


class StartField(forms.Field):
    """A moment with its offset from UTC, as the buttons of the times send it."""

    def clean(self, value: object) -> datetime:
        """The moment, or a sentence that repeats nothing."""
        unreadable = forms.ValidationError(_("Choose one of the times shown."), code="invalid")
        try:
            start = datetime.fromisoformat(str(value))
        except ValueError:
            raise unreadable from None
        if start.tzinfo is None or not FIRST_YEAR <= start.year < LAST_YEAR:
            raise unreadable
        return start


class StartForm(forms.Form):
    """The time somebody chose."""

    start = StartField()


class KeepForm(KindForm):
    """Which of two visits somebody keeps."""

    answer = forms.ChoiceField(
        label=_("What do you want to keep?"),
        choices=[(answer, answer) for answer in ("earlier", "later", "both")],
        error_messages={
            "required": _("Choose what you want to keep."),
            "invalid_choice": _("Choose what you want to keep."),
        },
    )


class NameField(forms.Field):
    """A person's name."""

    def clean(self, value: object) -> str:
        """The name as it is kept, or why it cannot be."""
        try:
            return clean_person_name(str(value or ""))
        except NameRefused as refused:
            told = Refused(refused.code, params=refused.params)
            raise forms.ValidationError(told.sentence, code=told.code) from None


class DetailsForm(KindForm):
    """Who comes, and how we reach them."""

    phone = PhoneNumberField(
        label=_("Phone number"),
        help_text=_(
            "We send a confirmation and reminders as text messages. Write the country code for"
            " a foreign number, for example +46 70 123 45 67."
        ),
        error_messages={
            "invalid": REFUSALS["invalid_phone"],
            "required": REFUSALS["no_contact"],
        },
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        error_messages={
            "invalid": REFUSALS["invalid_email"],
            "max_length": REFUSALS["invalid_email"],
        },
        widget=forms.EmailInput(
            attrs={"class": "form-input", "autocomplete": "email", "spellcheck": "false"}
        ),
    )

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
        self.fields["phone"].widget.attrs.update(
            {"class": "form-input", "autocomplete": "tel", "type": "tel"}
        )
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
        return self.cleaned_data

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
