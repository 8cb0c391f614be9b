"""Why a booking or an act on a visit was refused."""

from appointments.wording import REFUSALS
from appointments.wording_own import OWN_REFUSALS
from borgerservice.kernel.errors import DomainError


class Refused(DomainError):
    """Something about a visit cannot be done; `code` says what, `field` where."""

    wording = REFUSALS


class OwnRefused(Refused):
    """A municipality's own settings cannot stand."""

    wording = OWN_REFUSALS


class SlotTaken(Refused):
    """Somebody else has the time now."""

    code = "slot_taken"


class TooMany(Refused):
    """One network or contact has done it too often; `retry_after` seconds from now it may.

    `of_network`: from another network one may now.
    """

    code = "too_many_tries"

    def __init__(self, *, retry_after: int, of_network: bool = False) -> None:
        super().__init__()
        self.retry_after, self.of_network = retry_after, of_network


class NotFound(Refused):
    """There is no such visit here. Another municipality's is as absent as one that never was."""

    code = "not_found"
