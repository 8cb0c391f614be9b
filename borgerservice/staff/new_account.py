"""A new account of a staff member: checked and hashed first, stored in the act it belongs to."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.services import new_person
from borgerservice.staff.exceptions import StaffRefused


def prepare_account(
    *, username: str, first_name: str, last_name: str, email: str, password: str
) -> StaffMember:
    """An account that can be stored. Slow on purpose (the password), so before the transaction.

    Raises StaffRefused.
    """
    staff = StaffMember(
        username=username,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        email=email,
        is_staff=True,
    )
    for field in ("username", "first_name", "last_name"):
        if holds_cpr_number(getattr(staff, field)):
            raise StaffRefused("looks_like_cpr", field=field)
    if not staff.first_name:
        raise StaffRefused("name_missing", field="first_name")
    try:
        StaffMember._meta.get_field("username").clean(username, staff)  # noqa: SLF001
    except ValidationError:
        raise StaffRefused("invalid_username", field="username") from None
    if StaffMember.objects.filter(username__iexact=username).exists():
        raise StaffRefused("username_taken", field="username")
    try:
        validate_password(password, staff)
    except ValidationError:
        raise StaffRefused("weak_password", field="password") from None
    staff.set_password(password)
    return staff


def open_account(staff: StaffMember, *, now: datetime) -> None:
    """Store a prepared account, and the person it belongs to. Raises StaffRefused."""
    staff.person = new_person(now=now)
    try:
        with transaction.atomic():
            staff.save()
    except IntegrityError:
        raise StaffRefused("username_taken", field="username") from None
