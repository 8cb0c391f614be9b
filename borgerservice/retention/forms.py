"""What staff type about keeping and letting go."""

from datetime import date

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from appointments.desk.closing_forms import date_field
from appointments.desk.journal import JournalField
from appointments.forms.fields import NoCprField
from appointments.forms.kind import KindForm
from borgerservice.retention.models import LegalHold


class DisposalForm(KindForm):
    """From before which day, and where the archives' permission is filed."""

    before = date_field(_("Visits from before"))
    authority = JournalField(
        _("Journal number of the archives' permission"),
        help_text=_("Under which the Danish National Archives allowed it."),
    )

    def __init__(self, data: QueryDict | None, *, latest: date) -> None:
        super().__init__(data, initial={"before": latest})
        self.fields["before"].widget.attrs["max"] = latest.isoformat()


class HoldForm(KindForm):
    """Which visit, and why it is still needed."""

    reference = NoCprField(
        label=_("Number of the visit or the case"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Write the number of the visit or the case."),
            "max_length": _("Write a shorter text."),
        },
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=LegalHold.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason."), "invalid_choice": _("Choose a reason.")},
    )
