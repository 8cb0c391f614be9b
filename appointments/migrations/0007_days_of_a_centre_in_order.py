"""A centre's days stand together in the index, so that its next one is found at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The same columns, the centre first."""

    dependencies = [
        ("appointments", "0006_a_hold_may_be_gone"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="centreday",
            name="one_summary_per_centre_and_day",
        ),
        migrations.AddConstraint(
            model_name="centreday",
            constraint=models.UniqueConstraint(
                fields=("centre", "day"), name="one_summary_per_centre_and_day"
            ),
        ),
    ]
