"""Invite staff, let them in, give and end roles: one function per use case."""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.municipalities.models import (
    Invitation,
    Municipality,
    StaffMember,
    StaffRole,
)
from borgerservice.municipalities.policies import is_rule_steward, workplaces_of
from borgerservice.notifications.models import Contact
from borgerservice.notifications.services import (
    Notice,
    drop_unsent,
    new_contact,
    queue,
    shred_contacts,
)
from borgerservice.staff.exceptions import StaffRefused
from borgerservice.staff.new_account import open_account, prepare_account
from borgerservice.staff.selectors import colleague, open_invitations
from borgerservice.staff.wording import ROLES
from borgerservice.vault.links import derive_link, link_hash, new_salt

PURPOSE = "invitation"
LIFE = timedelta(days=7)
LANGUAGE = "da"


def appoint_administrator(
    *,
    municipality: Municipality,
    username: str,
    first_name: str,
    last_name: str,
    password: str,
    now: datetime,
) -> StaffMember:
    """Make the account of a municipality's first administrator, who invites all others.

    Raises StaffRefused.
    """
    staff = prepare_account(
        username=username, first_name=first_name, last_name=last_name, email="", password=password
    )
    with transaction.atomic():
        open_account(staff, now=now)
        _give(municipality, staff, StaffRole.Role.ADMINISTRATOR, None, now)
    return staff


def appoint_rule_steward(
    *, username: str, first_name: str, last_name: str, password: str, now: datetime
) -> StaffMember:
    """Make the account of a rule steward, who works in no municipality. Raises StaffRefused."""
    staff = prepare_account(
        username=username, first_name=first_name, last_name=last_name, email="", password=password
    )
    with transaction.atomic():
        open_account(staff, now=now)
        _give(None, staff, StaffRole.Role.RULE_STEWARD, None, now)
    return staff


def make_rule_steward(*, staff: StaffMember, now: datetime) -> StaffRole:
    """Make somebody with an account, and with no role now, a rule steward. Raises StaffRefused."""
    with transaction.atomic():
        return _give(None, staff, StaffRole.Role.RULE_STEWARD, None, now)


def end_rule_steward(*, staff: StaffMember, now: datetime) -> StaffRole:
    """End the role of a rule steward, at once. Raises StaffRefused `not_rule_steward`."""
    with transaction.atomic():
        role = (
            StaffRole.unscoped.select_for_update()
            .filter(staff=staff, role=StaffRole.Role.RULE_STEWARD, ended_at=None)
            .first()
        )
        if role is None:
            raise StaffRefused("not_rule_steward")
        role.ended_at = now
        role.save(update_fields=["ended_at"])
        _record_role(Event.ROLE_ENDED, role, "command", now)
    return role


def invite(
    *, municipality: Municipality, email: str, role: str, inviter: StaffMember, now: datetime
) -> Invitation:
    """Send somebody a link to work here in a role: one use, one week. Raises StaffRefused."""
    try:
        validate_email(email)
    except ValidationError:
        raise StaffRefused("invalid_email", field="email") from None
    if holds_cpr_number(email):
        raise StaffRefused("looks_like_cpr", field="email")
    if role not in ROLES:
        raise StaffRefused("unknown_role", field="role")
    waiting = open_invitations(municipality=municipality, now=now)
    if any((one.email.casefold(), one.role) == (email.casefold(), role) for one in waiting):
        raise StaffRefused("already_invited", field="email")
    salt = new_salt(secrets.token_urlsafe(12))
    with transaction.atomic():
        invitation = Invitation.unscoped.create(
            municipality=municipality,
            role=role,
            email=email,
            token_hash=link_hash(derive_link(PURPOSE, salt)),
            invited_by=inviter,
            expires_at=now + LIFE,
        )
        contact, _key = new_contact(municipality=municipality, phone="", email=email)
        queue([_notice(invitation, contact, salt)], now=now)
        _record(Event.STAFF_INVITED, invitation, inviter.actor, now)
    return invitation


def withdraw_invitation(*, invitation: Invitation, actor: str, now: datetime) -> None:
    """Make the link of an invitation useless. Raises StaffRefused `invitation_over`."""
    with transaction.atomic():
        held = _usable(invitation, now)
        held.expires_at = now
        held.save(update_fields=["expires_at"])
        _forget_address(held, now)
        _record(Event.INVITATION_WITHDRAWN, held, actor, now)


def accept_invitation(
    *,
    invitation: Invitation,
    username: str,
    first_name: str,
    last_name: str,
    password: str,
    now: datetime,
) -> StaffMember:
    """Make an account for the one who was invited, with the role. Raises StaffRefused."""
    staff = prepare_account(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=invitation.email,
        password=password,
    )
    with transaction.atomic():
        held = _usable(invitation, now)
        open_account(staff, now=now)
        _take(held, staff, now)
    return staff


def accept_with_account(
    *, invitation: Invitation, staff: StaffMember, now: datetime
) -> StaffMember:
    """Give the role of an invitation to somebody who has an account. Raises StaffRefused."""
    with transaction.atomic():
        _take(_usable(invitation, now), staff, now)
    return staff


def give_role(
    *, municipality: Municipality, staff_id: int, role: str, giver: StaffMember, now: datetime
) -> StaffRole:
    """Give somebody who works here, or did, one more role. Raises StaffRefused."""
    if role not in ROLES:
        raise StaffRefused("unknown_role", field="role")
    staff = colleague(municipality=municipality, staff_id=staff_id)
    if staff is None:
        raise StaffRefused("not_staff_here")
    with transaction.atomic():
        _administrators(municipality, giver, now)
        return _give(municipality, staff, role, giver, now)


def end_role(
    *, municipality: Municipality, role_id: int, ender: StaffMember, now: datetime
) -> StaffRole:
    """End a role, at once. Nobody ends their own role as administrator, so one is always left.

    Raises StaffRefused.
    """
    with transaction.atomic():
        _administrators(municipality, ender, now)
        role = (
            StaffRole.objects.for_municipality(municipality)
            .select_for_update()
            .filter(pk=role_id, ended_at=None)
            .first()
        )
        if role is None:
            raise StaffRefused("role_is_over")
        if role.staff_id == ender.pk and role.role == StaffRole.Role.ADMINISTRATOR:
            raise StaffRefused("own_administrator_role")
        role.ended_at = now
        role.save(update_fields=["ended_at"])
        _record_role(Event.ROLE_ENDED, role, ender.actor, now)
    return role


def _usable(invitation: Invitation, now: datetime) -> Invitation:
    held = (
        Invitation.objects.for_municipality(invitation.municipality_id)
        .select_for_update(of=("self",))
        .select_related("municipality", "invited_by")
        .filter(pk=invitation.pk, accepted_at=None, expires_at__gt=now)
        .first()
    )
    if held is None:
        raise StaffRefused("invitation_over")
    return held


def _take(invitation: Invitation, staff: StaffMember, now: datetime) -> None:
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    _forget_address(invitation, now)
    _record(Event.STAFF_JOINED, invitation, staff.actor, now)
    _give(invitation.municipality, staff, invitation.role, invitation.invited_by, now)


def _give(
    municipality: Municipality | None,
    staff: StaffMember,
    role: str,
    giver: StaffMember | None,
    now: datetime,
) -> StaffRole:
    _refuse_steward_with_another_role(municipality, staff, now)
    try:
        with transaction.atomic():
            given = StaffRole.unscoped.create(
                staff=staff, municipality=municipality, role=role, since=now, given_by=giver
            )
    except IntegrityError as refusal:
        mixed = "is_rule_steward" if municipality else "works_in_municipality"
        is_mixed = "a_rule_steward_is_nothing_else" in str(refusal)
        raise StaffRefused(mixed if is_mixed else "role_held", field="role") from None
    _record_role(Event.ROLE_GIVEN, given, giver.actor if giver else "command", now)
    return given


def _refuse_steward_with_another_role(
    municipality: Municipality | None, staff: StaffMember, now: datetime
) -> None:
    """The guard in the database refuses the same, also where two come at once."""
    if is_rule_steward(staff=staff, now=now):
        raise StaffRefused("is_rule_steward" if municipality else "role_held", field="role")
    if municipality is None and workplaces_of(staff=staff, now=now):
        raise StaffRefused("works_in_municipality", field="role")


def _administrators(municipality: Municipality, asker: StaffMember, now: datetime) -> None:
    """Hold the administrators of a municipality still; the one who asks must be among them."""
    held = list(
        StaffRole.objects.for_municipality(municipality)
        .select_for_update()
        .filter(role=StaffRole.Role.ADMINISTRATOR, ended_at=None, since__lte=now)
        .order_by("pk")
    )
    if not any(role.staff_id == asker.pk for role in held):
        raise StaffRefused("not_administrator")


def subject_of(invitation: Invitation) -> str:
    """The mark under which the message and the entries about an invitation are found."""
    return f"invitation:{invitation.pk}"


def _forget_address(invitation: Invitation, now: datetime) -> None:
    subject = subject_of(invitation)
    drop_unsent(municipality=invitation.municipality_id, subject=subject)
    contacts = Contact.objects.for_municipality(invitation.municipality_id)
    shred_contacts(list(contacts.filter(message__subject=subject).distinct()), now=now)


def _notice(invitation: Invitation, contact: Contact, salt: str) -> Notice:
    """`starts_at` is what the wording tells as a time: here, the end of the invitation."""
    return Notice(
        kind="staff_invited",
        subject=subject_of(invitation),
        facts={
            "centre": invitation.municipality.name,
            "starts_at": invitation.expires_at.isoformat(),
            "link": PURPOSE,
            "link_salt": salt,
        },
        once=f"staff_invited:{invitation.pk}",
        contact=contact,
        language=LANGUAGE,
    )


def _record(event: Event, invitation: Invitation, actor: str, now: datetime) -> None:
    record(
        event,
        actor=actor,
        subject=subject_of(invitation),
        municipality=invitation.municipality_id,
        at=now,
        facts={"role": invitation.role},
    )


def _record_role(event: Event, role: StaffRole, actor: str, now: datetime) -> None:
    record(
        event,
        actor=actor,
        subject=f"staff:{role.staff_id}",
        municipality=role.municipality_id,
        at=now,
        facts={"role": role.role},
    )
