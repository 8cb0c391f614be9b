"""What somebody who waits would take, and who they are where they have no visit."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.details import DetailsForm
from appointments.forms.kind import KindForm
from appointments.rules.waiting import Wish
from appointments.services.booking.drafts import Typed
from appointments.wording import REFUSALS
from borgerservice.municipalities.models import Centre

NOON: Final = 12 * 60
ALL_DAY: Final = 24 * 60
HOURS: Final = {"any": (0, ALL_DAY), "morning": (0, NOON), "afternoon": (NOON, ALL_DAY)}
EVERY_DAY: Final = 127
CHOOSE_HOURS: Final = {
    "required": _("Choose when you can come."),
    "invalid_choice": _("Choose when you can come."),
}


def _hours_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("When can you come?"),
        choices=(
            ("any", _("At any time of the day")),
            ("morning", _("Before 12")),
            ("afternoon", _("After 12")),
        ),
        initial="any",
        error_messages=CHOOSE_HOURS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def wish_of(hours: str, *, first_day: date, last_day: date) -> Wish:
    """What was chosen, on any weekday."""
    begins, ends = HOURS[hours]
    return Wish(first_day, last_day, begins, ends, EVERY_DAY)


class EarlierForm(KindForm):
    """Where and when an earlier time would do."""

    centres = forms.MultipleChoiceField(
        label=_("Where can you come?"),
        error_messages={
            "required": REFUSALS["choose_a_centre"],
            "invalid_choice": REFUSALS["choose_a_centre"],
        },
    )
    hours = _hours_field()

    def __init__(self, data: Mapping[str, Any] | None, *, centres: Sequence[Centre]) -> None:
        super().__init__(data, initial={"centres": [centre.key for centre in centres]})
        self.known = {centre.key: centre for centre in centres}
        self.fields["centres"].choices = [  # type: ignore[attr-defined]
            (centre.key, centre.name) for centre in centres
        ]

    @property
    def chosen(self) -> list[Centre]:
        """The centres ticked."""
        return [self.known[key] for key in self.cleaned_data["centres"]]


class WaitForm(DetailsForm):
    """Who waits without a visit, how we reach them, and when they can come."""

    hours = _hours_field()

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, typed=Typed(people=1))
        self.order_fields(["hours", "name_0", "is_protected_0", "phone", "email"])
