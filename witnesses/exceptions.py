"""Why a step in a case was refused. A decision that says no is an answer, not one of these."""

from borgerservice.kernel.errors import DomainError
from witnesses.wording import REFUSALS
from witnesses.wording_witness import SIGN_IN_REFUSALS


class Refused(DomainError):
    """Something about a case cannot be done; `code` says what, `field` where."""

    wording = REFUSALS


class NotFound(Refused):
    """There is no such case here. Another municipality's is as absent as one that never was."""

    code = "not_found"


class CaseOver(Refused):
    """The case is decided or abandoned; nothing in it changes any more."""

    code = "case_over"


class SignInRefused(DomainError):
    """A witness could not sign the declaration with MitID; nothing was signed."""

    wording = SIGN_IN_REFUSALS
