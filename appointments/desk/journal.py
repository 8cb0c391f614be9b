"""Where something is filed in the municipality's own journal."""

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import NoCprField

JOURNAL: Final = re.compile(r"(?=.*\d)[\w./-]+")


class JournalField(NoCprField):
    """The number of a case in the municipality's own journal, and no story."""

    def __init__(self, label: Any, *, help_text: Any = "") -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=40,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={
                "required": _("Write the journal number."),
                "max_length": _("Write a shorter text."),
            },
        )

    def clean(self, value: Any) -> str:
        """The number, without spaces around it."""
        journal = super().clean(value).strip()
        if not JOURNAL.fullmatch(journal):
            raise forms.ValidationError(_("Write the number alone, for example 26/012345."))
        return journal
