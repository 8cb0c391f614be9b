"""What an administrator types about a centre: weekly hours and desks."""

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import DATE_FORMATS
from appointments.models import Desk
from appointments.rules.opening import OpeningPeriod
from appointments.rules.ticks import MINUTES_PER_DAY
from appointments.services.centres.consequences import Then
from appointments.wording import REFUSALS
from borgerservice.admin import Words
from borgerservice.municipalities.models import OpeningHours, StaffMember

SPARE_ROWS = 3
COLUMNS = ("weekday", "opens_minute", "closes_minute", "valid_from", "valid_to", "use")
WRITE_A_DATE = _("Write a date, for example 23-11-2026.")


class MinuteField(forms.TimeField):
    """A time of day, as minutes from midnight; 24:00 is the end of the day."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            error_messages=dict.fromkeys(("invalid", "required"), REFUSALS["outside_the_day"]),
            widget=forms.TextInput(
                attrs={"inputmode": "numeric", "size": 5, "autocomplete": "off"}
            ),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """A minute as a clock shows it; what somebody typed as it was typed."""
        return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """The minute that was meant by `9`, `9:30`, `09.30` or `24:00`."""
        text = str(value or "").strip().replace(".", ":")
        if text in {"24", "24:00"}:
            return MINUTES_PER_DAY
        told = super().to_python(f"{text}:00" if text.isdigit() else text)
        return told.hour * 60 + told.minute if isinstance(told, time) else None


class NewPlaceForm(forms.Form):
    """A change of where visits take place; none of them, and no time that is held, ends by it."""

    is_accepted = forms.BooleanField(
        label=_(
            "I have seen this. Booked visits stay booked, and everybody is told of the new place."
        ),
        required=False,
    )


class RosterForm(forms.Form):
    """A change that may leave booked visits, and times that are held, where they no longer fit.

    What happens to the visits is chosen.
    """

    is_accepted = forms.BooleanField(
        label=_("I have seen this. Booked visits stay booked. Times that are held end."),
        required=False,
    )
    then = forms.ChoiceField(
        label=_("What happens to these visits?"),
        choices=[
            (
                Then.OFFER,
                _(
                    "Offer them other times. Each person gets a message about the nearest free"
                    " time. It is kept for them while they answer."
                ),
            ),
            (Then.PHONE, _("We call them. They stand in a list of those to phone.")),
            (Then.STAY, _("They stay booked. Somebody receives them all the same.")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )


class HoursForm(RosterForm):
    """The weekly hours as rows; one that was there and has no weekday any more is removed."""

    def __init__(self, data: Mapping[str, Any] | None, *, hours: list[OpeningHours]) -> None:
        super().__init__(data)
        self.known = len(hours)
        self.rows = self.known + SPARE_ROWS
        if data:
            self.rows = sum(f"weekday_{row}" in data for row in range(len(data)))
        for row in range(self.rows):
            known = hours[row] if row < len(hours) else None
            for name, field in _columns().items():
                field.initial = getattr(known, name, None)
                self.fields[f"{name}_{row}"] = field

    def lines(self) -> Iterator[list[forms.BoundField]]:
        """The fields of each row."""
        for row in range(self.rows):
            yield [self[f"{name}_{row}"] for name in COLUMNS]

    def clean(self) -> dict[str, Any]:
        """A row with a weekday needs its times, and a new one with times its weekday."""
        for row in range(self.rows):
            if self.cleaned_data.get(f"weekday_{row}", "") == "":
                if row >= self.known and self._has_times(row):
                    self.add_error(f"weekday_{row}", str(REFUSALS["no_such_weekday"]))
                continue
            for name in ("opens_minute", "closes_minute"):
                if self.cleaned_data.get(f"{name}_{row}") is None and not self.has_error(
                    f"{name}_{row}"
                ):
                    self.add_error(f"{name}_{row}", str(REFUSALS["outside_the_day"]))
        return self.cleaned_data

    def _has_times(self, row: int) -> bool:
        names = (f"{name}_{row}" for name in ("opens_minute", "closes_minute"))
        return any(self.cleaned_data.get(name) is not None for name in names)

    @property
    def filled(self) -> list[int]:
        """The rows that hold something."""
        return [row for row in range(self.rows) if self.cleaned_data[f"weekday_{row}"] != ""]

    @property
    def periods(self) -> list[OpeningPeriod]:
        """The hours of the rows that hold something."""
        return [self._period(row) for row in self.filled]

    def _period(self, row: int) -> OpeningPeriod:
        typed = {name: self.cleaned_data[f"{name}_{row}"] for name in COLUMNS}
        return OpeningPeriod(
            weekday=int(typed["weekday"]),
            opens_minute=typed["opens_minute"],
            closes_minute=typed["closes_minute"],
            valid_from=typed["valid_from"],
            valid_to=typed["valid_to"],
            is_of_door=typed["use"] == OpeningHours.Use.DOOR,
        )

    @property
    def places(self) -> dict[str, str]:
        """Where the fields of each period stand on the page."""
        return {
            f"{place}.{name}": f"{name}_{row}"
            for place, row in enumerate(self.filled)
            for name in COLUMNS
        }


class DeskForm(RosterForm):
    """A desk: its number, what it can do, whether somebody sits there."""

    number = forms.IntegerField(
        label=_("Desk number"),
        error_messages={
            "required": REFUSALS["desk_number_out_of_range"],
            "invalid": REFUSALS["desk_number_out_of_range"],
        },
    )
    services = forms.MultipleChoiceField(
        label=_("What the desk can do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": REFUSALS["desk_without_services"]},
    )
    is_staffed = forms.BooleanField(label=_("Somebody sits at the desk"), required=False)
    clerk = forms.ChoiceField(
        label=_("Who always sits there"),
        required=False,
        help_text=_("When this person is away, the desk is closed."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        services: list[tuple[str, str, int]],
        clerks: Mapping[str, StaffMember],
        desk: Desk | None,
    ) -> None:
        every = [code for code, _name, _bit in services]
        able = [code for code, _name, bit in services if desk and desk.caps >> bit & 1]
        initial = {
            "number": desk.number if desk else None,
            "services": able if desk else every,
            "is_staffed": desk.is_staffed if desk else True,
            "clerk": str(desk.clerk_id or "") if desk else "",
        }
        super().__init__(data, initial=initial)
        self.fields["services"].choices = [  # type: ignore[attr-defined]
            (code, name) for code, name, _bit in services
        ]
        self.fields["clerk"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody in particular")),
            *((pk, name_of(staff)) for pk, staff in clerks.items()),
        ]
        self.order_fields(["number", "services", "is_staffed", "clerk"])


def name_of(staff: StaffMember) -> str:
    """A colleague's name, or what they sign in with."""
    return staff.get_full_name() or staff.username


def _columns() -> dict[str, forms.Field]:
    weekdays: list[tuple[str, Words]] = [("", _("None"))]
    weekdays += [(str(number), name) for number, name in WEEKDAYS.items()]
    return {
        "weekday": forms.ChoiceField(label=_("Weekday"), choices=weekdays, required=False),
        "opens_minute": MinuteField(label=_("Opens"), required=False),
        "closes_minute": MinuteField(label=_("Closes"), required=False),
        **{
            name: forms.DateField(
                label=label,
                required=False,
                input_formats=DATE_FORMATS,
                error_messages={"invalid": WRITE_A_DATE},
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            )
            for name, label in (("valid_from", _("From day")), ("valid_to", _("To day")))
        },
        "use": forms.ChoiceField(
            label=_("For"),
            choices=[
                (OpeningHours.Use.BOOKING, _("Booked visits")),
                (OpeningHours.Use.DOOR, _("The door")),
            ],
            required=False,
        ),
    }
