"""Rows made without Django's own way are the rows that Django's own way makes."""

import pytest
from django.apps import apps

from appointments.models import Appointment
from borgerservice.audit.models import AuditEntry
from borgerservice.audit.services import unsaved_entry
from borgerservice.database.rows import new_row, read_row
from borgerservice.kernel.clock import now


@pytest.mark.once
def test_a_row_of_which_nothing_is_said_holds_what_django_gives_it() -> None:
    for model in apps.get_models():
        ours, theirs = vars(new_row(model)), vars(model())
        made = {f.attname for f in model._meta.concrete_fields if callable(f.default)}
        for name in ours.keys() - {"_state"} - made:
            assert ours[name] == theirs[name], (model, name)
        assert ours.keys() == theirs.keys()
        assert ours["_state"].adding
        assert ours["_state"].db is None


@pytest.mark.once
def test_a_column_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="centre"):
        new_row(Appointment, centre=1)


@pytest.mark.once
def test_what_is_made_each_time_is_not_shared() -> None:
    first, second = new_row(AuditEntry), new_row(AuditEntry)
    first.facts["told"] = True
    assert second.facts == {}


@pytest.mark.django_db
def test_such_a_row_is_saved_and_read_like_any_other() -> None:
    entry = unsaved_entry("e", actor="a", subject="s", municipality=None, at=now(), facts={"n": 1})
    entry.save(force_insert=True)
    read = read_row(AuditEntry, ["id", "actor"], [entry.pk, "a"])
    assert read == AuditEntry.unscoped.get(pk=entry.pk)
    assert read.get_deferred_fields() >= {"facts", "event"}
    assert read.facts == {"n": 1}
