"""A request that comes twice is answered as it was the first time (Idempotency-Key)."""

from dataclasses import dataclass, field

from appointments.exceptions import Refused
from appointments.models import Appointment, IdempotencyRecord


@dataclass(slots=True)
class Request:
    """What makes a repeat recognisable: the caller, its key, and a hash of what it asked.

    `answered` is the record of what it booked, now or the first time, once it has.
    """

    scope: str
    key: str
    body_hash: str
    answered: IdempotencyRecord | None = field(default=None, compare=False)

    @property
    def record(self) -> IdempotencyRecord:
        """The same, where it has booked. Raises LookupError where it has not."""
        if self.answered is None:
            raise LookupError("nothing is booked yet")
        return self.answered


def repeat_of(request: Request) -> Appointment | None:
    """The appointment an identical earlier request made; Refused when its key was used else."""
    earlier = (
        IdempotencyRecord.objects.select_related("appointment__centre")
        .filter(scope=request.scope, key=request.key)
        .first()
    )
    if earlier is None:
        return None
    if earlier.request_hash != request.body_hash:
        raise Refused("idempotency_key_reused")
    request.answered = earlier
    return earlier.appointment
