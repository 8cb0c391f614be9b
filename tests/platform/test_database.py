"""The run is on the database it was asked to be on."""

import os
import urllib.request

import pytest
from django.db import DatabaseError, connection

from borgerservice.municipalities.models import Municipality


@pytest.mark.django_db
def test_the_suite_runs_on_the_database_that_was_asked_for():
    assert connection.vendor == os.environ.get("TEST_DATABASE", "sqlite")


@pytest.mark.django_db
def test_the_application_works_as_a_role_that_may_not_change_the_schema():
    if connection.vendor == "sqlite":
        assert "owner" not in connection.settings_dict
        return
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_my_own (id integer)")


def test_a_server_and_the_test_see_the_same_rows(server):
    with server.database.opened():
        assert Municipality.objects.count() == 98
    assert urllib.request.urlopen(server.url("/readyz")).read() == b"ready"
