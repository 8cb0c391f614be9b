"""Who works in a municipality, and who is invited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from borgerservice.municipalities.models import (
    Invitation,
    Municipality,
    StaffMember,
    StaffRole,
)
from borgerservice.vault.links import link_hash


@dataclass(frozen=True, slots=True)
class Colleague:
    """A staff member with the roles held now in one municipality; none where all have ended."""

    staff: StaffMember
    roles: tuple[StaffRole, ...]


def colleagues(*, municipality: Municipality, now: datetime) -> list[Colleague]:
    """Everybody who works or has worked in a municipality, by name. One statement."""
    held: dict[StaffMember, list[StaffRole]] = {}
    given = StaffRole.objects.for_municipality(municipality).select_related("staff")
    for role in given.order_by("staff__first_name", "staff__last_name", "staff_id", "since"):
        roles = held.setdefault(role.staff, [])
        if role.ended_at is None or role.ended_at > now:
            roles.append(role)
    return [Colleague(staff, tuple(roles)) for staff, roles in held.items()]


def colleague(*, municipality: Municipality, staff_id: int) -> StaffMember | None:
    """A staff member who works or has worked in a municipality, or None."""
    here = StaffRole.objects.for_municipality(municipality)
    return StaffMember.objects.filter(pk=staff_id, roles__in=here).first()


def open_invitations(*, municipality: Municipality, now: datetime) -> Sequence[Invitation]:
    """The invitations of a municipality that can still be used, oldest first."""
    return list(
        Invitation.objects.for_municipality(municipality)
        .filter(accepted_at=None, expires_at__gt=now)
        .order_by("expires_at")
    )


def invitation_by_link(link: str, *, now: datetime) -> Invitation | None:
    """The invitation that a link opens, while it can be used; or None."""
    # Across municipalities: whoever holds the link does not say which.
    return (
        Invitation.unscoped.select_related("municipality")
        .filter(Q(accepted_at=None, expires_at__gt=now), token_hash=link_hash(link))
        .first()
    )
