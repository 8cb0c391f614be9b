"""What a rule steward chooses: a rule set, and the day it is to decide from."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from witnesses.forms.documents import language_now
from witnesses.forms.fields import CHOOSE, DayField
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.wording import REFUSALS


class RuleSetForm(forms.Form):
    """A rule set of those that are shipped, and a day."""

    use_required_attribute = False
    rule_set = forms.ChoiceField(
        label=_("Rule set"),
        widget=forms.RadioSelect,
        error_messages={**CHOOSE, "invalid_choice": REFUSALS["unknown_rule_set"]},
    )
    in_force_from = DayField(
        label=_("In force from"),
        help_text=_("dd-mm-yyyy, after today. Meetings on that day and later are decided by it."),
    )

    def __init__(self, data: Any = None, *, chosen: str = "") -> None:
        super().__init__(data, initial={"rule_set": chosen})
        language = language_now()
        self.fields["rule_set"].choices = [  # type: ignore[attr-defined]
            (one.id, one.title[language]) for one in RULE_SETS.values()
        ]
        self.fields["in_force_from"].error_messages["required"] = _("Write the day.")
