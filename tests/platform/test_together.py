"""What belongs together is written together, or not at all."""

from contextlib import ExitStack

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from appointments.models import DeskDay
from borgerservice.audit.models import AuditEntry
from borgerservice.database.planned import planned, sent_at_once
from borgerservice.database.together import Guarded, New, write_together
from borgerservice.notifications.models import Contact
from borgerservice.notifications.services import unsaved_contact
from borgerservice.vault.models import DataKey
from tests.builders import NOW, build_world

pytestmark = pytest.mark.django_db


def taking(world, *, only_if):
    row = DeskDay.objects.filter(centre=world.centre).order_by("pk")[0]
    return Guarded(
        "UPDATE appointments_deskday SET b0 = %s WHERE id = %s AND b0 = %s", [7, row.pk, only_if]
    )


def untouched(world):
    return (
        DeskDay.objects.filter(centre=world.centre).order_by("pk").values_list("b0", flat=True)[0]
    )


def contact_rows(world, **changed):
    contact, key = unsaved_contact(
        municipality_id=world.municipality.pk, phone="+4520304050", email=""
    )
    for name, value in changed.items():
        setattr(contact, name, value)
    entry = AuditEntry(event="e", actor="a", subject="s", at=NOW, facts={"da": "æøå 'x' %s"})
    return contact, [
        New("data_key", key.row),
        New("contact", contact, {"data_key_id": "data_key"}),
        New("entry", entry),
    ]


def test_every_row_is_written_and_knows_its_id(world):
    contact, rows = contact_rows(world)

    assert write_together(taking(world, only_if=untouched(world)), rows)

    stored = Contact.unscoped.get(pk=contact.pk)
    assert stored.data_key_id == contact.data_key_id == DataKey.objects.latest("pk").pk
    assert bytes(stored.phone_sealed) == contact.phone_sealed
    assert AuditEntry.unscoped.get(event="e").facts == {"da": "æøå 'x' %s"}
    assert untouched(world) == 7


def test_where_the_update_changes_nothing_no_row_is_written(world):
    contact, rows = contact_rows(world)

    assert not write_together(taking(world, only_if=-1), rows)

    assert contact.pk is None
    assert not Contact.unscoped.exists()
    assert not AuditEntry.unscoped.filter(event="e").exists()


def test_a_row_the_database_refuses_takes_all_others_with_it(world):
    before = untouched(world)
    _contact, rows = contact_rows(world, municipality_id=None)

    with pytest.raises(IntegrityError):
        write_together(taking(world, only_if=before), rows)

    assert untouched(world) == before
    assert not DataKey.objects.exists()
    assert not AuditEntry.unscoped.filter(event="e").exists()


@pytest.mark.only("postgresql")
def test_it_is_one_statement(world):
    guarded = taking(world, only_if=untouched(world))
    with CaptureQueriesContext(connection) as asked:
        write_together(guarded, contact_rows(world)[1])
    assert [query["sql"].split()[0] for query in asked] == ["SAVEPOINT", "WITH", "RELEASE"]


def send(*statements):
    with ExitStack() as cursors:
        opened = [cursors.enter_context(planned()) for _ in statements]
        with sent_at_once():
            for cursor, statement in zip(opened, statements, strict=True):
                cursor.execute(statement.sql, statement.parameters)


def test_what_is_sent_at_once_is_one_transaction(fresh_database):
    with fresh_database.opened():
        world = build_world()
        before = untouched(world)
        taken = taking(world, only_if=before)
        refused = Guarded(
            "INSERT INTO vault_datakey (wrapped, key_version) VALUES (%s, %s)", [None, 1]
        )
        with pytest.raises(IntegrityError):
            send(taken, refused)
        assert untouched(world) == before
        send(taken)
        assert untouched(world) == taken.parameters[0]


def test_an_error_is_djangos_once_the_cursor_is_left_and_the_next_one_is_sound():
    with pytest.raises(IntegrityError), transaction.atomic(), planned() as cursor:
        cursor.execute("INSERT INTO audit_auditentry (event) VALUES (%s)", ["e"])
    for number in (1, 2):
        with planned() as cursor, planned() as another:
            cursor.execute("SELECT CAST(%s AS integer)", [number])
            another.execute("SELECT CAST(%s AS integer)", [-number])
            assert cursor.fetchall() == [(number,)]
            assert another.fetchall() == [(-number,)]
