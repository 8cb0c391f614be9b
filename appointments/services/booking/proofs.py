"""Work asked of a browser that begins a booking while many do, so that nobody begins hundreds.

A browser with scripts works for a moment; one without waits a little and then has a ticket that is
ripe. Both open one booking, once: they carry the same id, and what is spent is spent for both.
"""

import json
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import altcha
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from appointments.models import SpentProof
from appointments.rules.proof import Price, price_of
from appointments.services.booking.limits import starts_lately
from borgerservice.vault.links import link_hash

ALGORITHM = "PBKDF2/SHA-256"
LIFE = timedelta(minutes=20)
LONGEST_PROOF = 2_000
_SIGNER = signing.Signer(salt="appointments.ticket")


class Paid(StrEnum):
    """What came of a proof or ticket."""

    YES = "yes"
    TOO_SOON = "too_soon"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks: the work as JSON, or to come back with the ticket in so many seconds."""

    challenge: str
    ticket: str
    seconds: int


def price_now(*, network_starts: int, now: datetime) -> Price | None:
    """What beginning a booking costs at this moment; None where it costs nothing."""
    free = settings.PROOF_ASKED_FROM
    return price_of(
        everybody=starts_lately(now=now),
        network=network_starts,
        free_for_everybody=free["everybody"],
        free_for_network=free["network"],
    )


def ask(*, price: Price, now: datetime) -> Asked:
    """Work, and a ticket for those who cannot do it; for one booking, within 20 minutes."""
    name = secrets.token_urlsafe(16)
    until = int((now + LIFE).timestamp())
    challenge = altcha.create_challenge(
        algorithm=ALGORITHM,
        cost=price.cost,
        data={"id": name, "until": until},
        hmac_secret=_secret(),
    )
    ripe = int(now.timestamp()) + price.seconds
    ticket = _SIGNER.sign_object({"id": name, "ripe": ripe, "until": until})
    return Asked(json.dumps(challenge.to_dict()), ticket, price.seconds)


def ask_again(*, ticket: str, now: datetime) -> Asked:
    """The rest of the wait for a ticket that is not ripe."""
    ripe = int(_SIGNER.unsign_object(ticket)["ripe"])
    return Asked("", ticket, max(1, ripe - int(now.timestamp())))


def take_payment(*, proof: str, ticket: str, now: datetime) -> Paid:
    """Whether a proof or a ripe ticket pays for one booking; it never does again."""
    moment = now.timestamp()
    told = _read_proof(proof)
    if told is None:
        told = _read_ticket(ticket)
        if told is not None and moment < told["until"] and moment < told["ripe"]:
            return Paid.TOO_SOON
    if told is None or moment >= told["until"]:
        return Paid.NO
    return Paid.YES if _spend(str(told["id"]), until=told["until"]) else Paid.NO


def forget_proofs(*, now: datetime) -> int:
    """Delete what is spent and over; how many went."""
    return SpentProof.objects.filter(expires_at__lte=now).delete()[0]


def _read_proof(proof: str) -> dict[str, int] | None:
    """What a solved challenge of ours carries; None for anything else."""
    if not proof or len(proof) > LONGEST_PROOF:
        return None
    try:
        payload = altcha.Payload.from_base64(proof)
        found = altcha.verify_solution(payload, _secret())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error):
        return None
    return payload.challenge.parameters.data if found.verified else None


def _read_ticket(ticket: str) -> dict[str, int] | None:
    try:
        told: dict[str, int] = _SIGNER.unsign_object(ticket)
    except signing.BadSignature:
        return None
    return told


def _spend(name: str, *, until: int) -> bool:
    """Whether it was not spent before. Of two at the same moment one spends it."""
    try:
        with transaction.atomic():
            SpentProof.objects.create(
                proof_hash=link_hash(name), expires_at=datetime.fromtimestamp(until, tz=UTC)
            )
    except IntegrityError:
        return False
    return True


def _secret() -> str:
    return salted_hmac("appointments.proofs", "altcha", algorithm="sha256").hexdigest()
