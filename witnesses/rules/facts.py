"""The facts of one case as every door sends them.

Facts stay the plain JSON objects they arrive as: they are stored with the decision, replayed later
and sent over the wire, so a second shape of them would only be a second place to err. `validity`
checks that they are whole.
"""

from typing import Final, NotRequired, TypedDict

DOCUMENT_TYPES: Final = (
    "passport",
    "driving_licence",
    "residence_card",
    "national_id_card",
    "foreign_ministry_id_card",
    "municipal_id_card",
    "health_card",
    "special_health_card",
    "temporary_health_card",
    "birth_certificate",
    "residence_certificate",
    "tax_assessment",
    "benefit_letter",
    "military_id",
    "nato_passport",
    "police_id",
    "bank_id_card",
)
DOCUMENT_FORMS: Final = ("physical", "app", "copy")
QUESTION_OUTCOMES: Final = ("passed", "failed", "not_available", "declined", "not_asked")
DEFAULT_PERSON: Final = "applicant"


class Document(TypedDict):
    """A document shown at the desk (legitimation). Days are written YYYY-MM-DD."""

    type: str
    issuer: str
    shows_photo: NotRequired[bool]
    shows_cpr: NotRequired[bool]
    form: NotRequired[str]
    expires_on: NotRequired[str | None]
    issued_on: NotRequired[str | None]
    provisional: NotRequired[bool]


class EarlierWitnessing(TypedDict):
    """One act of witnessing in a witness's history; a reversed one carries `counted: false`."""

    on: str
    person: str
    counted: NotRequired[bool]


class Applicant(TypedDict):
    """The person whose identity is being proved (ansøger)."""

    birth_date: str
    person: NotRequired[str]
    wants_cpr_link: NotRequired[bool]
    documents: NotRequired[list[Document]]
    questions: NotRequired[str]


class Witness(TypedDict):
    """The person who came along to confirm who the applicant is (vidne)."""

    birth_date: str
    mitid_since: NotRequired[str | None]
    brought_mitid: NotRequired[bool]
    documents: NotRequired[list[Document]]
    is_applicant: NotRequired[bool]
    is_clerk: NotRequired[bool]
    earlier_witnessings: NotRequired[list[EarlierWitnessing]]


class Facts(TypedDict):
    """One case: who met on which local day, with which documents, answers and witness."""

    id: NotRequired[str]
    rule_set: NotRequired[str]
    on: str
    applicant: Applicant
    witness: NotRequired[Witness | None]
