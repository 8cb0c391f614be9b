"""The guards are there: after every migration, and whenever something is served."""

import re
import urllib.error
import urllib.request

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from borgerservice.audit.models import AuditEntry
from borgerservice.guards import services
from tests.builders import build_world
from tests.platform.raw import Ledger, day, execute
from tests.rig.databases import ROOT
from tests.rig.processes import DidNotStart
from witnesses.models import Witnessing

GUARD_FILES = sorted(ROOT.glob("**/guards/*.sql"))


def standing():
    return {guard.place.name for guard in services.guards_of(connection.vendor)} - set(
        services.missing_guards(connection)
    )


def some_trigger():
    return services.Place("trigger", "witnesses_witnessing", "witness_quota")


def drop(place):
    """Take one trigger down by hand, as a careless operator would."""
    on_table = f" ON {place.table}" if connection.vendor == "postgresql" else ""
    execute(f"DROP TRIGGER {place.name}{on_table}")


@pytest.mark.django_db
def test_every_guard_in_the_files_stands_in_the_database():
    assert len(standing()) == len(services.guards_of(connection.vendor)) > 15
    services.require_guards()


@pytest.mark.parametrize("file", GUARD_FILES, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_a_guard_file_holds_nothing_outside_its_blocks(file):
    text = file.read_text()
    made = re.findall(r"CREATE TRIGGER (\w+)|ADD CONSTRAINT (\w+)", text)
    named = services.HEADER.findall(text)
    assert [first or second for first, second in made] == [name for _, name, _ in named]
    assert len({name for _, name, _ in named}) == len(named)
    before_first = text[: services.HEADER.search(text).start()]
    assert all(line.startswith("--") or not line for line in before_first.splitlines())


def test_both_databases_guard_the_same_tables():
    def tables(vendor):
        return {guard.place.table for guard in services.guards_of(vendor)}

    assert tables("sqlite") == tables("postgresql")
    assert services.append_only_tables("sqlite") == services.append_only_tables("postgresql")


ALTERATIONS = [
    migrations.AddField("witnessing", "note", models.CharField(max_length=9, default="")),
    migrations.AlterField("witnessing", "rule_set", models.CharField(max_length=60)),
    migrations.AddConstraint(
        "witnessing",
        models.CheckConstraint(name="a_late_idea", condition=~models.Q(rule_set="nothing")),
    ),
    migrations.AddField("rulesetinforce", "note", models.CharField(max_length=9, default="")),
]


@pytest.mark.parametrize("operation", ALTERATIONS, ids=["add", "alter", "constrain", "read table"])
def test_a_migration_of_a_guarded_table_leaves_its_guards_standing(
    fresh_database, monkeypatch, operation
):
    with fresh_database.opened(as_owner=True):
        before = standing()
        leaf = next(
            name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes("witnesses")
        )
        later = type(
            "Migration",
            (migrations.Migration,),
            {"dependencies": [("witnesses", leaf)], "operations": [operation]},
        )("9999_late", "witnesses")
        add_migration(monkeypatch, later)
        say_default_is_the_owner(monkeypatch)
        call_command("migrate", verbosity=0)
        assert ("witnesses", "9999_late") in MigrationExecutor(connection).loader.applied_migrations
        assert standing() == before
        services.require_guards()


def add_migration(monkeypatch, migration):
    """Let the loader find one more migration, as if its file lay there."""
    load = MigrationLoader.load_disk

    def with_one_more(loader):
        load(loader)
        loader.disk_migrations["witnesses", migration.name] = migration

    monkeypatch.setattr(MigrationLoader, "load_disk", with_one_more)


def say_default_is_the_owner(monkeypatch):
    """`opened(as_owner=True)` is the owner already; keep `migrate` on that connection."""
    monkeypatch.setattr(settings, "DATABASES", {"default": settings.DATABASES["default"]})


@pytest.mark.only("sqlite")
def test_without_our_migrate_the_guards_would_be_lost(fresh_database):
    """The control: Django's own way of altering a table drops its triggers without a word."""
    with fresh_database.opened():
        services.require_guards()
        field = models.CharField(max_length=9, default="")
        field.set_attributes_from_name("note")
        with connection.schema_editor() as editor:
            editor.add_field(AuditEntry, field)
        assert "audit_rows_stay" in services.missing_guards(connection)


def test_a_migration_that_fails_leaves_the_guards_standing(fresh_database, monkeypatch):
    def fail(apps, schema_editor):
        raise RuntimeError("halfway")

    with fresh_database.opened(as_owner=True):
        leaf = MigrationExecutor(connection).loader.graph.leaf_nodes("witnesses")[0][1]
        add_migration(
            monkeypatch,
            type(
                "Migration",
                (migrations.Migration,),
                {"dependencies": [("witnesses", leaf)], "operations": [migrations.RunPython(fail)]},
            )("9999_late", "witnesses"),
        )
        say_default_is_the_owner(monkeypatch)
        with pytest.raises(RuntimeError, match="halfway"):
            call_command("migrate", verbosity=0)
        services.require_guards()


def test_a_guard_dropped_by_hand_is_missed_and_put_up_again_by_migrate(fresh_database):
    with fresh_database.opened(as_owner=True):
        drop(some_trigger())
        with pytest.raises(services.GuardMissing, match="witness_quota"):
            services.require_guards()
        services.put_up(connection)
        services.require_guards()


def test_a_guard_that_says_something_else_is_missed(fresh_database):
    with fresh_database.opened(as_owner=True):
        if connection.vendor == "postgresql":
            execute(
                "CREATE OR REPLACE FUNCTION witness_quota() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN RETURN NEW; END'"
            )
        else:
            drop(some_trigger())
            execute(
                "CREATE TRIGGER witness_quota BEFORE INSERT ON witnesses_witnessing"
                " BEGIN SELECT 1; END"
            )
        with pytest.raises(services.GuardMissing, match="witness_quota"):
            services.require_guards()
        services.put_up(connection)
        services.require_guards()


def test_a_guard_whose_file_is_gone_does_not_stay(fresh_database):
    with fresh_database.opened(as_owner=True):
        if connection.vendor == "postgresql":
            execute(
                "CREATE TRIGGER of_yesterday BEFORE UPDATE ON witnesses_witnessing"
                " FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()"
            )
            execute("COMMENT ON TRIGGER of_yesterday ON witnesses_witnessing IS 'guard old'")
        else:
            execute(
                "CREATE TRIGGER of_yesterday BEFORE UPDATE ON witnesses_witnessing"
                " BEGIN SELECT 1; END"
            )
        services.put_up(connection)
        with pytest.raises(Exception, match="of_yesterday"):
            drop(services.Place("trigger", "witnesses_witnessing", "of_yesterday"))


@pytest.mark.only("postgresql")
def test_a_guard_switched_off_is_missed(fresh_database):
    with fresh_database.opened(as_owner=True):
        execute("ALTER TABLE witnesses_witnessing DISABLE TRIGGER witness_quota")
        with pytest.raises(services.GuardMissing, match="witness_quota"):
            services.require_guards()


@pytest.mark.only("postgresql")
def test_the_search_path_of_a_guard_is_what_keeps_it_from_being_blinded(fresh_database):
    """The control of the temporary-table test: without the fixed path the fourth gets in."""
    with fresh_database.opened():
        ledger = Ledger(build_world())
        witness = ledger.person("witness")
        for earlier in (0, 1, 2):
            ledger.add(witness, day(earlier))
    with fresh_database.opened(as_owner=True):
        execute("ALTER FUNCTION witness_quota() RESET search_path")
    with fresh_database.opened():
        execute("CREATE TEMPORARY TABLE witnesses_witnessing (LIKE public.witnesses_witnessing)")
        ledger.table = "public.witnesses_witnessing"
        ledger.add(witness, day(3))
        execute("DROP TABLE pg_temp.witnesses_witnessing")
        assert Witnessing.unscoped.filter(witness=witness).count() == 4


def test_nothing_is_served_while_a_guard_is_missing(rig, fresh_database):
    with fresh_database.opened(as_owner=True):
        drop(some_trigger())
    with (
        pytest.raises(DidNotStart, match="witness_quota"),
        rig.serve(fresh_database),
    ):
        pass
    rig.manage("migrate", database=fresh_database)
    with rig.serve(fresh_database) as server:
        assert urllib.request.urlopen(server.url("/readyz")).read() == b"ready"
        with fresh_database.opened(as_owner=True):
            drop(some_trigger())
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(server.url("/readyz"))
        assert (refusal.value.code, refusal.value.read()) == (503, b"not ready")


def test_a_second_migrate_has_nothing_to_do_and_takes_nothing_down(fresh_database, monkeypatch):
    taken_down = []
    monkeypatch.setattr(services, "take_down", taken_down.append)
    with fresh_database.opened(as_owner=True):
        say_default_is_the_owner(monkeypatch)
        call_command("migrate", verbosity=0)
    assert taken_down == []
