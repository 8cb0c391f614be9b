from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from borgerservice.kernel.clock import danish_date


def fill_in(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Rows from before tell their day of recording by the moment, and no reason was asked for."""
    witnessing = apps.get_model("witnesses", "Witnessing")
    rows = witnessing._default_manager.using(schema_editor.connection.alias)  # noqa: SLF001
    for row in rows.iterator():
        row.recorded_on = max(danish_date(row.recorded_at), row.on_date)
        row.late_reason = "not_finished" if row.recorded_on > row.on_date else ""
        row.save(update_fields=["recorded_on", "late_reason"])


class Migration(migrations.Migration):
    dependencies = [("witnesses", "0003_two_persons_declarations_and_signals")]

    operations = [
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.AlterField("witnessing", "recorded_on", models.DateField()),
        migrations.AddConstraint(
            model_name="witnessing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("late_reason", ""), ("recorded_on", models.F("on_date"))),
                    models.Q(
                        ("recorded_on__gt", models.F("on_date")),
                        models.Q(("late_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_late_witnessing_says_why",
            ),
        ),
    ]
