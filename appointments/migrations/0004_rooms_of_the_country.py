"""What the national search knows of every day, and how often room came on it."""

from django.db import migrations, models

FILL_IN = """
INSERT INTO appointments_centreday (centre_id, day, room, changes)
SELECT DISTINCT d.centre_id, d.day, 281474976710655, 0 FROM appointments_deskday d
WHERE NOT EXISTS (
  SELECT 1 FROM appointments_centreday r WHERE r.centre_id = d.centre_id AND r.day = d.day
)
"""


class Migration(migrations.Migration):
    """Every day that has desks may have room, until a reader finds none."""

    dependencies = [
        ("appointments", "0003_holds_waiting_and_fairness"),
    ]

    operations = [
        migrations.AddField(
            model_name="centreday",
            name="changes",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunSQL(FILL_IN, migrations.RunSQL.noop),
    ]
