"""A request that comes twice is answered as it was the first time (Idempotency-Key)."""

from dataclasses import dataclass

from appointments.exceptions import Refused
from appointments.models import Appointment, IdempotencyRecord


@dataclass(frozen=True, slots=True)
class Request:
    """What makes a repeat recognisable: the caller, its key, and a hash of what it asked."""

    scope: str
    key: str
    body_hash: str


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
    return earlier.appointment
