"""Who may work where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from borgerservice.database.joined import Columns
from borgerservice.database.planned import planned
from borgerservice.municipalities.models import Municipality, StaffMember, StaffRole
from borgerservice.people.models import PersonAlias


@dataclass(frozen=True, slots=True)
class Workplace:
    """A staff member at work in one municipality, with the roles held there now."""

    staff: StaffMember
    municipality: Municipality
    roles: frozenset[str]

    @property
    def actor(self) -> str:
        """How the staff member stands in the audit trail."""
        return self.staff.actor

    def has(self, *roles: str) -> bool:
        """Whether one of the roles is held here."""
        return bool(self.roles & set(roles))


def workplace_of(*, staff: StaffMember, code: str, now: datetime) -> Workplace | None:
    """The staff member's workplace in a municipality, or None without a role there.

    No right comes from `is_superuser`: a role is given by name, per municipality.
    """
    moment = connection.ops.adapt_datetimefield_value(now)
    with planned() as cursor:
        cursor.execute(_HELD_IN, [staff.pk, code, moment, moment])
        held = cursor.fetchall()
    if not held:
        return None
    roles = frozenset(role for role, *_place in held)
    return Workplace(staff, _PLACE.found(iter(held[0][1:])), roles)


_PLACE: Final = Columns(Municipality, "m")
_HELD_IN: Final = f"""
SELECT r.role, {_PLACE} FROM municipalities_staffrole r
JOIN municipalities_municipality m ON m.id = r.municipality_id
WHERE r.staff_id = %s AND m.code = %s AND r.since <= %s AND (r.ended_at IS NULL OR r.ended_at > %s)
"""  # noqa: S608 - columns from the model


def workplaces_of(*, staff: StaffMember, now: datetime) -> list[Workplace]:
    """Every municipality a staff member works in, by name."""
    held = (
        StaffRole.unscoped.filter(staff=staff, since__lte=now, municipality__isnull=False)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now))
        .select_related("municipality")
        .order_by("municipality__name")
    )
    roles: dict[Municipality, set[str]] = {}
    for role in held:
        if role.municipality is not None:
            roles.setdefault(role.municipality, set()).add(role.role)
    return [Workplace(staff, place, frozenset(names)) for place, names in roles.items()]


def is_rule_steward(*, staff: StaffMember, now: datetime) -> bool:
    """Whether a staff member is one of those who schedule rule sets, for the whole country."""
    return (
        StaffRole.unscoped.filter(staff=staff, since__lte=now, municipality__isnull=True)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now))
        .exists()
    )


def own_number_marks(staff_id: int) -> QuerySet[PersonAlias]:
    """The marks of the number a staff member recorded as their own; none where they have not."""
    kinds = (PersonAlias.Kind.CPR, PersonAlias.Kind.REPLACEMENT)
    return PersonAlias.objects.filter(person__staff_member=staff_id, kind__in=kinds)


def has_own_number(staff: StaffMember) -> bool:
    """Whether a staff member would be recognised as the applicant or witness of a case."""
    return own_number_marks(staff.pk).exists()
