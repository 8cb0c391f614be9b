"""A hold knows which services it is kept for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Those that are there already end within minutes, and are kept for none."""

    dependencies = [
        ("appointments", "0007_days_of_a_centre_in_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="caps",
            field=models.BigIntegerField(default=0),
        ),
    ]
