"""A service's longer form with a witness, and who lacks the time for one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns; nobody lacks time until a witness is asked."""

    dependencies = [
        ("appointments", "0008_what_a_hold_is_for"),
    ]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="lacks_time",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="servicetype",
            name="with_witness",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="appointments.servicetype",
            ),
        ),
    ]
