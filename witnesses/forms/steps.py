"""One form for each step of a case; `facts` is what the step's service takes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from borgerservice.kernel.errors import DomainError
from witnesses.forms.documents import PersonForm
from witnesses.forms.fields import CHOOSE, NOT_CHOSEN, CarefulInput, DayField
from witnesses.models import AssuranceLevel, ClientAnswer, IdentityProofing, WitnessStatement
from witnesses.services import SeenWitness
from witnesses.wording import REFUSALS

CPR = ("cpr", _("CPR number or replacement number"))
P_CODE = ("p_code", _("P-code"))


class DocumentsForm(PersonForm):
    """Who the applicant is, and what they show."""

    kinds = (CPR, P_CODE, ("none", _("There is no number")))
    wants_cpr_link = forms.BooleanField(
        label=_("The MitID is to carry the CPR number"), required=False, initial=True
    )

    assurance_level = forms.TypedChoiceField(
        label=_("Level of the MitID that the applicant is to have"),
        help_text=_("Most people need Substantial."),
        choices=AssuranceLevel.choices,
        initial=AssuranceLevel.SUBSTANTIAL,
        coerce=AssuranceLevel,
        error_messages=CHOOSE,
    )

    @property
    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        given.pop("number_kind")
        return {**given, "documents": self.documents}


class QuestionsForm(forms.Form):
    """How the questions in the national client went."""

    use_required_attribute = False
    outcome = forms.TypedChoiceField(
        label=_("How did the questions go?"),
        help_text=_("Do not write the questions or the answers anywhere."),
        choices=IdentityProofing.Questions.choices,
        coerce=IdentityProofing.Questions,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )

    @property
    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        return self.cleaned_data

    def refuse(self, refusal: DomainError) -> None:
        """Tell a refusal above the form."""
        self.add_error(None, refusal.sentence)


class WitnessForm(PersonForm):
    """The witness as the clerk met them."""

    kinds = (CPR, P_CODE)
    without_number = "witness_number_needed"
    name = forms.CharField(
        label=_("The witness's name"),
        max_length=1000,
        widget=CarefulInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": REFUSALS["empty"],
            "max_length": _("The name is too long. Write a shorter one."),
        },
    )
    relationship = forms.TypedChoiceField(
        label=_("What is the witness to the applicant?"),
        choices=[NOT_CHOSEN, *WitnessStatement.Relationship.choices],
        coerce=WitnessStatement.Relationship,
        error_messages=CHOOSE,
    )
    reason = forms.TypedChoiceField(
        label=_("Why is a witness needed?"),
        choices=[NOT_CHOSEN, *IdentityProofing.WitnessReason.choices],
        coerce=IdentityProofing.WitnessReason,
        error_messages=CHOOSE,
    )
    established = forms.TypedChoiceField(
        label=_("How do you know since when the witness has had MitID?"),
        choices=[NOT_CHOSEN, *WitnessStatement.Established.choices],
        coerce=WitnessStatement.Established,
        error_messages=CHOOSE,
    )
    mitid_since = DayField(
        label=_("The witness has had MitID since"),
        required=False,
        help_text=_("dd-mm-yyyy. Leave it empty if it could not be established."),
    )
    brought_mitid = forms.BooleanField(
        label=_("The witness has brought their own MitID"), required=False
    )

    assurance_level = forms.TypedChoiceField(
        label=_("Level of the witness's MitID"),
        help_text=_("Must not be lower than the level the applicant is to have."),
        choices=AssuranceLevel.choices,
        initial=AssuranceLevel.SUBSTANTIAL,
        coerce=AssuranceLevel,
        error_messages=CHOOSE,
    )

    @property
    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        given.pop("number_kind")
        reason = given.pop("reason")
        return {"reason": reason, "witness": SeenWitness(**given, documents=self.documents)}


class DecideForm(forms.Form):
    """Why the case is decided after the day of the meeting; on the day, nothing is asked."""

    use_required_attribute = False
    late_reason = forms.ChoiceField(
        label=_("The day of the meeting is over. Why is the case decided now?"),
        choices=IdentityProofing.LateReason.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, is_late: bool) -> None:
        super().__init__(data)
        if not is_late:
            del self.fields["late_reason"]


class ClientAnswerForm(forms.Form):
    """What the national client answered after a confirmed decision."""

    use_required_attribute = False
    answer = forms.TypedChoiceField(
        label=_("What did it answer?"),
        help_text=_("It changes nothing about the decision. The newest answer counts."),
        choices=ClientAnswer.Answer.choices,
        coerce=ClientAnswer.Answer,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )

    @staticmethod
    def is_for(case: IdentityProofing) -> bool:
        """Whether there is something to answer: a decision that confirmed."""
        return case.outcome == IdentityProofing.Outcome.CONFIRMED
