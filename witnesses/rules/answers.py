"""The shape of an answer: the outcome, and a finding for every rule that was looked at."""

from typing import Final, Literal, TypedDict

Outcome = Literal["confirmed", "not_confirmed"]
Route = Literal["questions", "witness"]

APPLICANT_MINIMUM_AGE: Final = "applicant.minimum_age"
APPLICANT_DOCUMENTS: Final = "applicant.documents"
APPLICANT_PROOF: Final = "applicant.proof"
WITNESS_MINIMUM_AGE: Final = "witness.minimum_age"
WITNESS_MITID_HELD: Final = "witness.mitid_held"
WITNESS_MITID_BROUGHT: Final = "witness.mitid_brought"
WITNESS_DOCUMENTS: Final = "witness.documents"
WITNESS_INDEPENDENT: Final = "witness.independent"
WITNESS_QUOTA: Final = "witness.quota"

RULE_IDS: Final = (
    APPLICANT_MINIMUM_AGE,
    APPLICANT_DOCUMENTS,
    APPLICANT_PROOF,
    WITNESS_MINIMUM_AGE,
    WITNESS_MITID_HELD,
    WITNESS_MITID_BROUGHT,
    WITNESS_DOCUMENTS,
    WITNESS_INDEPENDENT,
    WITNESS_QUOTA,
)


class Finding(TypedDict):
    """What one rule found: the figure it asked for, what was seen, and where the figure stands."""

    rule: str
    passed: bool
    required: object
    observed: object
    source: str


class Answer(TypedDict):
    """The decision on one case, with all its grounds (afgørelse og begrundelse)."""

    id: str | None
    rule_set: str
    outcome: Outcome
    route: Route | None
    failed: list[str]
    findings: list[Finding]
