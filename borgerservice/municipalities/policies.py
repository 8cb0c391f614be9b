"""Who may work where."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from borgerservice.municipalities.models import Municipality, StaffMember, StaffRole


@dataclass(frozen=True, slots=True)
class Workplace:
    """A staff member at work in one municipality, with the roles held there now."""

    staff: StaffMember
    municipality: Municipality
    roles: frozenset[str]

    @property
    def actor(self) -> str:
        """How the staff member stands in the audit trail."""
        return f"staff:{self.staff.pk}"

    def has(self, *roles: str) -> bool:
        """Whether one of the roles is held here."""
        return bool(self.roles & set(roles))


def workplace_of(*, staff: StaffMember, code: str, now: datetime) -> Workplace | None:
    """The staff member's workplace in a municipality, or None without a role there.

    No right comes from `is_superuser`: a role is given by name, per municipality.
    """
    return next(
        (w for w in workplaces_of(staff=staff, now=now) if w.municipality.code == code), None
    )


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
