"""An offer made because a centre closes knows the time of the visit that cannot be received."""

from django.db import migrations, models

FILL = """
UPDATE appointments_offer SET instead_of = (
  SELECT a.starts_at FROM appointments_appointment a WHERE a.id = appointment_id
) WHERE rebooking_id IS NOT NULL AND answer <> 'accepted'
"""


class Migration(migrations.Migration):
    """Those that were not accepted stand for the time the visit still has."""

    dependencies = [
        ("appointments", "0014_how_the_witness_stands"),
    ]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="instead_of",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
