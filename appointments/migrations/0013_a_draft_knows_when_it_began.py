"""A draft that is worked on lives on, and so has to know when it began."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    """Those that are there began within the hour, and count from now."""

    dependencies = [
        ("appointments", "0012_a_witness_not_to_be_counted_on"),
    ]

    operations = [
        migrations.AddField(
            model_name="bookingdraft",
            name="began_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        ),
    ]
