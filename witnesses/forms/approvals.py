"""What is typed to propose something that takes two. Numbers are read, and never shown back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from borgerservice.kernel.cpr import CprNumber, normalise_number
from borgerservice.kernel.errors import DomainError
from witnesses.forms.fields import CHOOSE, NumberInput
from witnesses.models import LinkProposal, ReversalProposal
from witnesses.rules.numbers import IdentityNumber, PCode
from witnesses.wording import REFUSALS

P_CODE_DIGITS = 8


class NumberField(forms.CharField):
    """A CPR number, replacement number or P-code; which of them, its digits tell."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=40,
            widget=NumberInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            error_messages={
                "required": REFUSALS["number_needed"],
                "max_length": REFUSALS["impossible_cpr_number"],
            },
            **options,
        )

    def clean(self, value: Any) -> IdentityNumber:
        """The number, or the reason why it is none, which repeats nothing."""
        text = super().clean(value)
        try:
            is_code = len(normalise_number(text)) == P_CODE_DIGITS
            return PCode.parse(text) if is_code else CprNumber.parse(text)
        except DomainError as refusal:
            raise forms.ValidationError(str(REFUSALS[refusal.code])) from None


class LinkForm(forms.Form):
    """Two numbers that turned out to be of one person, and how that became known."""

    use_required_attribute = False
    number = NumberField(
        label=_("One number"), help_text=_("A CPR number, a replacement number or a P-code.")
    )
    other_number = NumberField(
        label=_("The other number"),
        help_text=_("Neither number is stored here, and neither is shown again."),
    )
    reason = forms.ChoiceField(
        label=_("How do you know?"),
        choices=LinkProposal.Reason.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )

    @property
    def must_type_numbers_again(self) -> bool:
        """Whether numbers were typed that the form does not show back."""
        return self.is_bound


class ReversalForm(forms.Form):
    """Why a witnessing should not count."""

    use_required_attribute = False
    prefix = "reversal"
    reason = forms.ChoiceField(
        label=_("Why should the witnessing not count?"),
        choices=ReversalProposal.Reason.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
