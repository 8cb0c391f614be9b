"""A desk-day keeps itself as one text, which is what readers read."""

from django.db import migrations, models
from django.db.models.functions import Cast

COLUMNS = ("desk", "caps", "b0", "b1", "b2", "b3", "b4", "b5")


class Migration(migrations.Migration):
    """The database writes it, also for what is there."""

    dependencies = [
        ("appointments", "0015_an_offer_knows_the_time_it_replaces"),
    ]

    operations = [
        migrations.AddField(
            model_name="deskday",
            name="told",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    *[Cast(column, models.TextField()) for column in COLUMNS],
                    arg_joiner=" || ',' || ",
                    template="%(expressions)s",
                ),
                output_field=models.TextField(),
            ),
        ),
    ]
