"""The mark of a witness stands with the visit, so that the day list need not look for it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def mark(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is flagged cannot be counted on; of the others, who was checked was fine."""
    database = schema_editor.connection.alias
    comer = apps.get_model("appointments", "Participant")
    comers = comer._default_manager.using(database)  # noqa: SLF001
    check = apps.get_model("witnesses", "WitnessCheck")
    checks = check._default_manager.using(database)  # noqa: SLF001
    asked = checks.filter(withdrawn_at__isnull=True)
    checked = asked.filter(checked_at__isnull=False)
    comers.filter(pk__in=asked.values("participant")).update(witness_state="asked")
    comers.filter(pk__in=checked.values("participant")).update(witness_state="fine")
    comers.filter(witness_flagged_at__isnull=False).update(witness_state="unsure")


class Migration(migrations.Migration):
    """On top of the column."""

    dependencies = [
        ("witnesses", "0007_papers_a_witness_will_bring"),
        ("appointments", "0014_how_the_witness_stands"),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
