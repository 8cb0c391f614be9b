"""To which place each sealed text of a case is sealed; who seals and who opens say it the same."""

from typing import Final

APPLICANT_NAME: Final = "proofing.name"
APPLICANT_NUMBER: Final = "proofing.number"
APPLICANT_BIRTH_DATE: Final = "proofing.birth_date"
DECISION_FACTS: Final = "proofing.facts"


def witness_name(position: int) -> str:
    """The name in the case's statement of that position."""
    return f"statement.name:{position}"


def witness_number(position: int) -> str:
    """The number in the case's statement of that position."""
    return f"statement.number:{position}"


def witness_birth_date(position: int) -> str:
    """The birth date in the case's statement of that position."""
    return f"statement.birth_date:{position}"
