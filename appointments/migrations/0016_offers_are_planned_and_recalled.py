"""An offer is planned before a time is held for it, and recalled when it is no longer needed."""

from django.db import migrations, models

RECALL = """
UPDATE appointments_offer SET answer = 'recalled'
WHERE answer IN ('open', 'declined', 'expired', 'to_phone') AND rebooking_id IN (
  SELECT id FROM appointments_rebooking WHERE closure_id IS NULL
)
"""


class Migration(migrations.Migration):
    """Those of closures that were taken back are recalled; a rebooking needs no closure any more.

    A rebooking that is not finished ends with the next sweep. Visits it had not reached stand on
    the page for offering other times, from where they are taken up again.
    """

    dependencies = [
        ("appointments", "0015_an_offer_knows_the_time_it_replaces"),
    ]

    operations = [
        migrations.AlterField(
            model_name="offer",
            name="answer",
            field=models.CharField(
                choices=[
                    ("planned", "Planned"),
                    ("open", "Open"),
                    ("accepted", "Accepted"),
                    ("declined", "Declined"),
                    ("expired", "Expired"),
                    ("to_phone", "To Phone"),
                    ("phoned", "Phoned"),
                    ("recalled", "Recalled"),
                ],
                default="open",
                max_length=8,
            ),
        ),
        migrations.RunSQL(RECALL, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="rebooking", name="closure"),
    ]
