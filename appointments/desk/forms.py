"""What staff type about a visit. What looks like a CPR number is never shown back."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import (
    DATE_FORMATS,
    EmailField,
    NameField,
    NoCprField,
    PhoneField,
    StartField,
)
from appointments.forms.kind import KindForm
from appointments.models import CentreService
from appointments.selectors.bookable import offers_of
from appointments.services import Visitor
from appointments.services.booking.plan import LARGEST_PARTY
from appointments.wording import REFUSALS
from borgerservice.kernel.clock import danish_date
from borgerservice.languages import text_of
from borgerservice.municipalities.models import Centre

LONGEST_QUERY = 80


class SearchForm(KindForm):
    """Whom one looks for. Sent by POST: a name has no place in an address.

    A CPR number is not looked for.
    """

    q = NoCprField(
        label=_("Name, number or end of phone number"),
        max_length=LONGEST_QUERY,
        error_messages={
            "required": _("Write what to search for."),
            "max_length": _("Write a shorter text."),
        },
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


def _service_field() -> forms.ChoiceField:
    """One of the services of a centre, which may have become fewer since the page was opened."""
    refused = REFUSALS["service_not_offered"]
    return forms.ChoiceField(
        label=_("Service"), error_messages={"required": refused, "invalid_choice": refused}
    )


class TimesForm(forms.Form):
    """What somebody wants to come for, how many, from which day: `?service=&people=&from=`."""

    service = _service_field()
    people = forms.TypedChoiceField(
        label=_("How many come"),
        coerce=int,
        required=False,
        empty_value="1",
        choices=[(number, str(number)) for number in range(1, LARGEST_PARTY + 1)],
    )
    first_day = forms.DateField(
        label=_("Times from"),
        required=False,
        input_formats=DATE_FORMATS,
        error_messages={"invalid": _("Write a date, for example 23-11-2026.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, data: Mapping[str, Any], *, centre: Centre, now: datetime) -> None:
        self.today = danish_date(now)
        offers = offers_of(centre)
        own = [offer.horizon_days for offer in offers]
        self.horizon_days = max(
            (centre.horizon_days if days is None else days for days in own), default=0
        )
        services = [_as_choice(offer) for offer in offers]
        asked = {
            "service": data.get("service") or (services[0][0] if services else ""),
            "people": data.get("people") or "1",
            "first_day": data.get("first_day") or self.today.isoformat(),
        }
        super().__init__(asked)
        self.fields["service"].choices = services  # type: ignore[attr-defined]

    def clean_first_day(self) -> date:
        """A day that is over means today, one past the horizon its last day."""
        asked = self.cleaned_data["first_day"] or self.today
        return min(max(asked, self.today), self.today + timedelta(days=self.horizon_days))


class Reach(TypedDict):
    """What the services take by these names."""

    phone: str
    email: str
    language: str


class Address(TypedDict):
    """What the change of a contact takes by these names."""

    phone: str
    email: str
    seen: int


class ReachForm(KindForm):
    """How we reach whoever books."""

    phone = PhoneField({"autocomplete": "off"}, required=False)
    email = EmailField({"autocomplete": "off"})


class ContactForm(ReachForm):
    """Another way to reach whoever booked; `seen` is how often it was changed before."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def contact(self) -> Address:
        """Phone in E.164 and e-mail, either may be empty."""
        typed = self.cleaned_data
        phone = typed["phone"].as_e164 if typed["phone"] else ""
        return Address(phone=phone, email=typed["email"], seen=typed["seen"])


class PeopleForm(ReachForm):
    """Who comes, how we reach them and in which language we write."""

    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)
    once = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None, *, people: int, once: str) -> None:
        super().__init__(data, initial={"once": once, "language": settings.LANGUAGE_CODE})
        self.people = people
        for place in range(people):
            self.fields |= _fields_of(place, alone=people == 1)
        self.order_fields(
            [*(name for name in self.fields if name.startswith(("name_", "is_protected_")))]
        )

    def visitors(self, service: str) -> list[Visitor]:
        """Those who come, all for one service; a name left empty is nobody."""
        typed = self.cleaned_data
        return [
            Visitor(
                name=typed[f"name_{place}"],
                service=service,
                is_protected=bool(typed[f"is_protected_{place}"]),
            )
            for place in range(self.people)
            if typed[f"name_{place}"]
        ]

    def reach(self) -> Reach:
        """How and in which language to write."""
        phone = self.cleaned_data["phone"]
        return Reach(
            phone=phone.as_e164 if phone else "",
            email=self.cleaned_data["email"],
            language=self.cleaned_data["language"],
        )


class BookForm(PeopleForm):
    """A visit booked for somebody: at a time that was shown."""

    start = StartField(label=_("Time"))


class WalkInForm(PeopleForm):
    """Somebody who came without an appointment."""

    service = _service_field()

    def __init__(self, data: Mapping[str, Any] | None, *, centre: Centre, once: str) -> None:
        super().__init__(data, people=LARGEST_PARTY, once=once)
        self.fields["service"].choices = services_of(centre)  # type: ignore[attr-defined]
        for place in range(1, self.people):
            self.fields[f"name_{place}"].required = False
        self.order_fields(["service"])

    @property
    def more(self) -> list[str]:
        """The fields of those who come along."""
        return [
            f"{name}_{place}"
            for place in range(1, self.people)
            for name in ("name", "is_protected")
        ]


class MoveForm(forms.Form):
    """The new time of a visit."""

    start = StartField(label=_("Time"))


def services_of(centre: Centre) -> list[tuple[str, str]]:
    """The services of a centre as choices."""
    return [_as_choice(offer) for offer in offers_of(centre)]


def _as_choice(offer: CentreService) -> tuple[str, str]:
    return offer.service.code, text_of(offer.service.names) or offer.service.code


def _fields_of(place: int, *, alone: bool) -> dict[str, forms.Field]:
    number = {"number": place + 1}
    return {
        f"name_{place}": OptionalName(
            label=_("Name") if alone else _("Name of person %(number)s") % number,
            widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        ),
        f"is_protected_{place}": forms.BooleanField(
            label=_("Name and address protection")
            if alone
            else _("Person %(number)s has name and address protection") % number,
            required=False,
        ),
    }


class OptionalName(NameField):
    """A person's name, or nothing where nobody has to be named."""

    def clean(self, value: object) -> str:
        """The name as it is kept; empty where none is required."""
        if not self.required and not str(value or "").strip():
            return ""
        return super().clean(value)
