"""What an administrator writes for the letters."""

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from borgerservice.kernel.cpr import holds_cpr_number
from witnesses.wording import REFUSALS

_DIGITS: Final = re.compile(r"\d(?:[^\dA-Za-z]*\d)+")


class ComplaintForm(forms.Form):
    """How to complain, in both languages; both empty for our usual text.

    Refused for what looks like a CPR number, the text comes back without it: nothing else is lost.
    """

    danish = forms.CharField(
        label=_("Danish text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "lang": "da"}),
    )
    english = forms.CharField(
        label=_("English text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "lang": "en"}),
    )

    def clean(self) -> dict[str, Any]:
        """Neither text holds a CPR number."""
        typed = dict(self.cleaned_data)
        for name, text in typed.items():
            if holds_cpr_number(text):
                self.add_error(name, REFUSALS["text_holds_cpr"])
                kept = {key: self.data[key] for key in self.data}
                self.data = kept | {name: _without_numbers(text)}
        return self.cleaned_data


def _without_numbers(text: str) -> str:
    """The text with every row of digits that could be a CPR number struck out.

    Nothing of it where one is left, written with signs that are digits to us alone.
    """
    left = _DIGITS.sub(lambda found: "…" if holds_cpr_number(found[0]) else found[0], text)
    return "" if holds_cpr_number(left) else left
