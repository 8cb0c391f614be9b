"""Why a booking or an act on a visit was refused."""

from appointments.wording import REFUSALS
from borgerservice.kernel.errors import DomainError


class Refused(DomainError):
    """Something about a visit cannot be done; `code` says what, `field` where."""

    wording = REFUSALS


class SlotTaken(Refused):
    """Somebody else has the time now."""

    code = "slot_taken"


class NotFound(Refused):
    """There is no such visit here. Another municipality's is as absent as one that never was."""

    code = "not_found"
