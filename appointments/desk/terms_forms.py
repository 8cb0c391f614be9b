"""What an administrator types about a centre: how it takes bookings, whom it serves, where."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from appointments.desk.roster_forms import MinuteField, NewPlaceForm
from appointments.models import CentreService
from appointments.services.centres.booking_rules import BookingRules, Length, OwnWindow, Stop
from appointments.wording import REFUSALS
from borgerservice.admin import Words
from borgerservice.municipalities.models import Centre, MobileStop, Municipality

OFFER_FIELDS = {
    "minutes": (_("Length, in minutes"), "length_out_of_range"),
    "buffer_minutes": (_("Kept free after it, in minutes"), "buffer_out_of_range"),
    "lead_minutes": (_("Shortest notice, in minutes"), "lead_out_of_range"),
    "horizon_days": (_("How many days ahead one can book"), "horizon_out_of_range"),
}
STOP_COLUMNS = ("address", "postal_code", "city")


class NumberField(forms.IntegerField):
    """A whole number; what else is typed is told in the words of its refusal."""

    def __init__(self, *, label: Any, told: str, **options: Any) -> None:
        words = REFUSALS[told]
        super().__init__(
            label=label, error_messages={"required": words, "invalid": words}, **options
        )


class BookingRulesForm(forms.Form):
    """A centre's rules, each service's length, and its window where it has its own."""

    lead_minutes = NumberField(
        label=_("Shortest notice, in minutes"),
        told="lead_out_of_range",
        help_text=_("A time that begins sooner can only be had without an appointment."),
    )
    horizon_days = NumberField(
        label=_("How many days ahead one can book"), told="horizon_out_of_range"
    )
    kept_desks = NumberField(
        label=_("Desks kept for phone and walk-in"),
        told="too_many_desks_kept",
        help_text=_("Those with the highest numbers. Citizens cannot book there themselves yet."),
    )
    kept_until_days = NumberField(
        label=_("They open to all this many days before the day"), told="kept_too_long"
    )
    kept_until_minute = MinuteField(label=_("At what time they open to all"))
    spreads_new_days = forms.BooleanField(
        label=_("New days open bit by bit, at moments nobody knows beforehand"), required=False
    )
    returns_slowly = forms.BooleanField(
        label=_("A time given back comes free after a while, at a moment nobody knows"),
        required=False,
    )
    asks_for_code = forms.BooleanField(
        label=_("Ask for a code by text message or e-mail before a time is held"),
        required=False,
        help_text=_("Holds for all centres of the municipality, and for citizens' pages alone."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, centre: Centre, offers: Sequence[CentreService]
    ) -> None:
        self.offers = offers
        place = centre.municipality
        super().__init__(
            data,
            initial={
                name: getattr(place if name == "asks_for_code" else centre, name)
                for name in self.base_fields
            },
        )
        for offer in offers:
            for name, (label, told) in OFFER_FIELDS.items():
                self.fields[f"{name}_{offer.service.code}"] = NumberField(
                    label=label,
                    told=told,
                    required=name not in self.base_fields,
                    initial=getattr(offer, name),
                )

    def of_centre(self) -> Iterator[forms.BoundField]:
        """The fields of the centre itself."""
        return (self[name] for name in self.base_fields)

    def lines(self) -> Iterator[tuple[CentreService, list[forms.BoundField]]]:
        """Each service with its length, its notice and its horizon."""
        for offer in self.offers:
            yield offer, [self[f"{name}_{offer.service.code}"] for name in OFFER_FIELDS]

    def rules(self) -> BookingRules:
        """What was typed."""
        typed = self.cleaned_data
        codes = [offer.service.code for offer in self.offers]
        return BookingRules(
            **{name: typed[name] for name in self.base_fields},
            windows={
                code: OwnWindow(typed[f"lead_minutes_{code}"], typed[f"horizon_days_{code}"])
                for code in codes
            },
            lengths={
                code: Length(typed[f"minutes_{code}"], typed[f"buffer_minutes_{code}"])
                for code in codes
            },
        )

    @property
    def places(self) -> dict[str, str]:
        """Where the fields of each service stand on the page."""
        return {
            f"{offer.service.code}.{name}": f"{name}_{offer.service.code}"
            for offer in self.offers
            for name in OFFER_FIELDS
        }


class ServedForm(forms.Form):
    """The other municipalities, each with a box."""

    served = forms.MultipleChoiceField(
        label=_("The centre also serves citizens of"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": REFUSALS["municipality_not_found"]},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, centre: Centre) -> None:
        super().__init__(data, initial={"served": [place.code for place in centre.serves.all()]})
        others = Municipality.objects.exclude(pk=centre.municipality_id).order_by("name")
        self.fields["served"].choices = [  # type: ignore[attr-defined]
            (place.code, place.name) for place in others
        ]


class StopsForm(NewPlaceForm):
    """A row for each weekday; an empty one is no stop."""

    def __init__(self, data: Mapping[str, Any] | None, *, stops: Sequence[MobileStop]) -> None:
        super().__init__(data)
        known = {stop.weekday: stop for stop in stops}
        labels = (_("Address"), _("Postal code"), _("Town"))
        for day in WEEKDAYS:
            for name, label, longest in zip(STOP_COLUMNS, labels, (120, 4, 60), strict=True):
                self.fields[f"{name}_{day}"] = forms.CharField(
                    label=label,
                    required=False,
                    max_length=longest,
                    initial=getattr(known.get(day), name, ""),
                    widget=forms.TextInput(attrs={"autocomplete": "off"}),
                )

    def lines(self) -> Iterator[tuple[Words, list[forms.BoundField]]]:
        """Each weekday's name and fields."""
        for day, name in WEEKDAYS.items():
            yield name, [self[f"{column}_{day}"] for column in STOP_COLUMNS]

    @property
    def filled(self) -> list[int]:
        """The weekdays for which something is written."""
        return [
            day
            for day in WEEKDAYS
            if any(self.cleaned_data[f"{name}_{day}"] for name in STOP_COLUMNS)
        ]

    def stops(self) -> list[Stop]:
        """What was typed."""
        return [
            Stop(day, *(self.cleaned_data[f"{name}_{day}"] for name in STOP_COLUMNS))
            for day in self.filled
        ]

    @property
    def places(self) -> dict[str, str]:
        """Where the fields of each stop stand on the page."""
        return {
            f"{place}.{name}": f"{name}_{day}"
            for place, day in enumerate(self.filled)
            for name in STOP_COLUMNS
        }
