from datetime import UTC, date, datetime

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from witnesses.rules.rule_sets import AT_THE_START, rule_set

WRITTEN = datetime(2026, 11, 22, tzinfo=UTC)


def schedule(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One rule set for every date, so that there is always one in force."""
    quota = rule_set(AT_THE_START).witness_quota
    apps.get_model("witnesses", "RuleSetInForce").objects.using(
        schema_editor.connection.alias
    ).create(
        rule_set=AT_THE_START,
        in_force_from=date.min,
        quota_at_most=quota.at_most,
        quota_days=quota.days,
        quota_unit=quota.unit,
        created_at=WRITTEN,
    )


def unschedule(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("witnesses", "RuleSetInForce").objects.using(
        schema_editor.connection.alias
    ).filter(in_force_from=date.min).delete()


class Migration(migrations.Migration):
    dependencies = [("witnesses", "0001_initial")]

    operations = [migrations.RunPython(schedule, unschedule)]
