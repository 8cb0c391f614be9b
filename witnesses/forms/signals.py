"""What a fraud reviewer answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from witnesses.forms.fields import CHOOSE
from witnesses.models import FraudSignal


class FindingForm(forms.Form):
    """What was found when a signal was looked at."""

    use_required_attribute = False
    finding = forms.ChoiceField(
        label=_("What did you find?"),
        choices=FraudSignal.Finding.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
