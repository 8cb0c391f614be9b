"""The facts and answers of the identity decision, and what a municipality reads of a proofing."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from borgerservice.api.inputs import Choice, Day, Strict, Text
from borgerservice.api.openapi import ProblemOut
from witnesses.models import Declaration, IdentityProofing
from witnesses.rules.answers import RULE_IDS, WITNESS_QUOTA
from witnesses.rules.facts import (
    DEFAULT_PERSON,
    DOCUMENT_FORMS,
    DOCUMENT_TYPES,
    QUESTION_OUTCOMES,
)
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.selectors.cases import client_answers, current_statement, declaration_of

OUTCOMES = ("confirmed", "not_confirmed")
ROUTES = ("questions", "witness")


class DocumentIn(Strict):
    """A document shown at the meeting (legitimation)."""

    type = Choice(choices=DOCUMENT_TYPES)
    issuer = serializers.RegexField("^[A-Z]{2}$", help_text="Two capital letters.")
    shows_photo = serializers.BooleanField(default=False)
    shows_cpr = serializers.BooleanField(default=False)
    form = Choice(choices=DOCUMENT_FORMS, default="physical")
    expires_on = Day(allow_null=True, default=None)
    issued_on = Day(allow_null=True, default=None)
    provisional = serializers.BooleanField(default=False)


class EarlierWitnessingIn(Strict):
    """One act of witnessing before, or recorded late."""

    on = Day()
    person = Text(allow_blank=True)
    counted = serializers.BooleanField(default=True, help_text="False for a reversed one.")


class ApplicantIn(Strict):
    """Whose identity is to be confirmed."""

    birth_date = Day()
    person = Text(allow_blank=True, default=DEFAULT_PERSON)
    wants_cpr_link = serializers.BooleanField(default=True)
    documents = serializers.ListField(child=DocumentIn(), required=False)
    questions = Choice(choices=QUESTION_OUTCOMES, default="not_asked")


class WitnessIn(Strict):
    """Who came along."""

    birth_date = Day()
    mitid_since = Day(allow_null=True, default=None, help_text="Null: could not be established.")
    brought_mitid = serializers.BooleanField(default=False)
    documents = serializers.ListField(child=DocumentIn(), required=False)
    is_applicant = serializers.BooleanField(default=False)
    is_clerk = serializers.BooleanField(default=False)
    earlier_witnessings = serializers.ListField(child=EarlierWitnessingIn(), required=False)


class FactsIn(Strict):
    """One case. The engine's own reader checks it; this describes what it takes."""

    id = Text(allow_blank=True, required=False, help_text="Comes back in the answer.")
    rule_set = Choice(
        choices=list(RULE_SETS), required=False, help_text="The one in force on `on`, if left out."
    )
    on = Day(help_text="The local date of the meeting.")
    applicant = ApplicantIn()
    witness = WitnessIn(required=False, allow_null=True)


class FindingOut(serializers.Serializer):
    """What one rule found."""

    rule = serializers.ChoiceField(choices=RULE_IDS)
    passed = serializers.BooleanField()
    required = serializers.JSONField(  # type: ignore[assignment]
        help_text="The figure the rule asks for."
    )
    observed = serializers.JSONField(help_text="What was seen; null for nothing.")
    source = serializers.CharField()  # type: ignore[assignment]


class DecisionOut(serializers.Serializer):
    """The decision on one case, with every rule that was looked at."""

    id = serializers.CharField(allow_null=True)
    rule_set = serializers.CharField()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    route = serializers.ChoiceField(choices=ROUTES, allow_null=True)
    failed = serializers.ListField(child=serializers.CharField())
    findings = FindingOut(many=True)


class FactProblemOut(serializers.Serializer):
    """One problem, as `manage.py decide` tells it."""

    path = serializers.CharField(help_text="As in `applicant.documents[0].type`.")
    problem = serializers.CharField()


class CaseErrorOut(serializers.Serializer):
    """The same problems, as `manage.py decide` tells them."""

    code = serializers.CharField()
    detail = FactProblemOut(many=True)


class InvalidFactsOut(ProblemOut):
    """A problem that also holds the answer `manage.py decide` gives to the same facts."""

    id = serializers.CharField(allow_null=True, required=False)
    error = CaseErrorOut(required=False)


class DeclarationOut(serializers.Serializer):
    """Which text of the declaration the witness accepted, and how."""

    version = serializers.CharField()
    language = serializers.CharField()
    how = serializers.ChoiceField(choices=Declaration.Accepted.choices, source="accepted")


class ProofingOut(serializers.Serializer):
    """An identity proofing (identitetssikring); null and empty until it is decided."""

    reference = serializers.CharField()
    appointment = serializers.CharField(source="participant.appointment.reference")
    participant = serializers.SerializerMethodField(help_text="The number of who comes, from 1.")
    state = serializers.ChoiceField(choices=IdentityProofing.State.choices)
    outcome = serializers.SerializerMethodField()
    route = serializers.SerializerMethodField()
    failed = serializers.ListField(child=serializers.CharField())
    findings = serializers.SerializerMethodField(
        help_text="What the limit found is null: how often a witness has acted is told to nobody."
    )
    rule_set = serializers.SerializerMethodField()
    decided_on = serializers.DateField(allow_null=True)
    assurance_level = serializers.SerializerMethodField(
        help_text="The level aimed at: low, substantial or high."
    )
    late_reason = serializers.SerializerMethodField(
        help_text="Why it was decided after the day of the meeting; null: on the day."
    )
    client_answer = serializers.SerializerMethodField(
        help_text="What the national client answered last: issued, refused or not_finished."
    )
    declaration = serializers.SerializerMethodField()

    def get_participant(self, case: IdentityProofing) -> int:
        return case.participant.position + 1

    def get_outcome(self, case: IdentityProofing) -> str | None:
        return case.outcome or None

    def get_route(self, case: IdentityProofing) -> str | None:
        return case.route or None

    @extend_schema_field(FindingOut(many=True))
    def get_findings(self, case: IdentityProofing) -> list[dict[str, Any]]:
        return [
            {**finding, "observed": None} if finding["rule"] == WITNESS_QUOTA else finding
            for finding in case.findings
        ]

    def get_rule_set(self, case: IdentityProofing) -> str | None:
        return case.rule_set or None

    def get_assurance_level(self, case: IdentityProofing) -> str | None:
        return case.assurance_level if case.outcome else None

    def get_late_reason(self, case: IdentityProofing) -> str | None:
        return case.late_reason or None

    def get_client_answer(self, case: IdentityProofing) -> str | None:
        newest = next(iter(client_answers(case)), None)
        return newest.answer if newest else None

    @extend_schema_field(DeclarationOut(allow_null=True))
    def get_declaration(self, case: IdentityProofing) -> dict[str, Any] | None:
        statement = current_statement(case) if case.outcome else None
        accepted = declaration_of(case, statement) if statement else None
        return dict(DeclarationOut(accepted).data) if accepted else None
