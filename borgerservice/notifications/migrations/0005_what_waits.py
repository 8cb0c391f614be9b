"""Which messages wait, told apart from how: who takes one changes nothing that is indexed."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def leave_room(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """A message is written again when it is taken: beside itself, where there is room."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE notifications_message SET (fillfactor = 50)")


class Migration(migrations.Migration):
    """PostgreSQL writes the table anew, with that room."""

    dependencies = [
        ("municipalities", "0007_centres_as_text"),
        ("notifications", "0004_fewer_visit_indexes"),
    ]

    operations = [
        migrations.RunPython(leave_room, migrations.RunPython.noop),
        migrations.RemoveIndex(
            model_name="message",
            name="messages_to_deliver",
        ),
        migrations.AddField(
            model_name="message",
            name="is_waiting",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    models.Q(("status__in", ["due", "sending"])),
                    output_field=models.BooleanField(),
                ),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("is_waiting", True)),
                fields=["due_at"],
                name="messages_to_deliver",
            ),
        ),
    ]
