"""Django's migrate, with the guards taken down before and put up after, and rights given."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from borgerservice.guards import services


class Command(migrate.Command):
    """Apply migrations; leave every guard standing, also when one of them fails."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run on the schema's owner where the settings name one (`MIGRATE_DATABASE_URL`)."""
        if "owner" in settings.DATABASES and options["database"] == "default":
            options["database"] = "owner"
        connection = connections[options["database"]]
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        if options["app_label"] or _is_behind(connection):
            services.take_down(connection)
        try:
            super().handle(*args, **options)
        finally:
            services.put_up(connection)
            _give_rights(connection)


def _is_behind(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _give_rights(connection: BaseDatabaseWrapper) -> None:
    """Let the application's role read and write rows, and only add to append-only tables."""
    role = settings.DATABASES["default"].get("USER", "")
    if connection.vendor != "postgresql" or role == connection.settings_dict["USER"]:
        return
    quoted = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"
        )
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        cursor.execute(f"REVOKE ALL ON django_migrations FROM {quoted}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {quoted}")
        for table in services.append_only_tables("postgresql"):
            if table in connection.introspection.table_names(cursor):
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}")
