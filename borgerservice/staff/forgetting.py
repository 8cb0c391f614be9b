"""Ended roles, old invitations and systems that are let in no more go by themselves."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from borgerservice.database.removal import remove
from borgerservice.municipalities.models import ApiClient, Invitation, StaffRole
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.services import shred_contacts
from borgerservice.staff.services import subject_of
from borgerservice.vault.models import DataKey

KEPT_ADDRESS: Final = timedelta(days=30)


def forget_ended(*, before: datetime, now: datetime) -> int:
    """Delete what ended before a moment; how many roles, invitations and systems.

    The address of an invitation that nobody took is unreadable 30 days after it ended.
    """
    # Across municipalities: what goes by itself goes everywhere.
    roles = StaffRole.unscoped.filter(ended_at__lt=before)
    clients = ApiClient.unscoped.filter(ended_at__lt=before)
    invitations = Invitation.unscoped.filter(expires_at__lt=before)
    with transaction.atomic():
        _shred_addresses(now=now)
        _remove_messages([subject_of(one) for one in invitations])
        return sum(rows.delete()[0] for rows in (roles, clients, invitations))


def _shred_addresses(*, now: datetime) -> None:
    over = Invitation.unscoped.filter(expires_at__lt=now - KEPT_ADDRESS)
    contacts = Contact.unscoped.filter(
        message__subject__in=[subject_of(one) for one in over], data_key__wrapped__isnull=False
    )
    shred_contacts(list(contacts.distinct()), now=now)


def _remove_messages(subjects: list[str]) -> None:
    messages = Message.unscoped.filter(subject__in=subjects)
    contacts = Contact.unscoped.filter(message__in=messages).distinct()
    ids, keys = [], []
    for contact in contacts:
        ids.append(contact.pk)
        keys.append(contact.data_key_id)
    remove(Message, list(messages.values_list("pk", flat=True)))
    remove(Contact, ids)
    remove(DataKey, keys)
