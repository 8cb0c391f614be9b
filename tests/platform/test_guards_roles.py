"""On PostgreSQL the application works as a role that cannot undo what guards it."""

import pytest
from django.db import connection

from borgerservice.guards.services import append_only_tables
from tests.platform.raw import execute, refused

pytestmark = [pytest.mark.only("postgresql"), pytest.mark.django_db]


def test_the_role_owns_nothing_and_may_make_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,"
            " pg_has_role(current_user, datdba, 'MEMBER'),"
            " has_schema_privilege('public', 'CREATE')"
            " FROM pg_roles, pg_database"
            " WHERE rolname = current_user AND datname = current_database()"
        )
        assert cursor.fetchone() == (False,) * 7
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE of_mine (id integer)",
        "CREATE FUNCTION of_mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION witness_quota() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE witnesses_witnessing ADD COLUMN of_mine integer",
        "ALTER TABLE witnesses_witnessing DISABLE TRIGGER ALL",
        "DROP TRIGGER witness_quota ON witnesses_witnessing",
        "DROP TABLE witnesses_witnessing CASCADE",
        "ALTER TABLE appointments_appointment DROP CONSTRAINT one_visit_per_desk_and_time",
        "CREATE SCHEMA of_mine",
        (
            "CREATE TRIGGER of_mine BEFORE INSERT ON witnesses_witnessing"
            " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
        "CREATE RULE of_mine AS ON INSERT TO witnesses_witnessing DO INSTEAD NOTHING",
        "ALTER FUNCTION witness_quota() RESET search_path",
        "ALTER FUNCTION witness_quota() RENAME TO of_mine",
        "DROP FUNCTION witness_quota() CASCADE",
        "ALTER TABLE witnesses_witnessing OWNER TO CURRENT_USER",
        "ALTER TABLE people_personlink DISABLE TRIGGER USER",
        "ALTER TABLE vault_pseudonymkey DROP COLUMN check_value",
        "SET session_replication_role = replica",
        "COMMENT ON TRIGGER witness_quota ON witnesses_witnessing IS 'guard mine'",
        "UPDATE django_migrations SET name = 'of_mine'",
        "DELETE FROM django_migrations",
    ],
)
def test_the_role_cannot_change_the_schema_or_its_guards(statement):
    with refused("must be owner|permission denied"):
        execute(statement)


@pytest.mark.parametrize("table", append_only_tables("postgresql"))
def test_the_role_may_read_and_add_to_tables_that_only_grow_and_no_more(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege, has_table_privilege(%s, privilege) FROM unnest(ARRAY['SELECT',"
            " 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege",
            [table],
        )
        held = {privilege for privilege, is_held in cursor.fetchall() if is_held}
    assert held == {"SELECT", "INSERT"}


@pytest.mark.parametrize("table", append_only_tables("postgresql"))
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE", "DROP TABLE {} CASCADE"],
)
def test_no_row_of_a_table_that_only_grows_is_reached_by_raw_sql(table, statement):
    with refused("must be owner|permission denied"):
        execute(statement.format(table))


def test_the_role_may_truncate_no_table_at_all():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'TRUNCATE')"
        )
        assert cursor.fetchall() == []
