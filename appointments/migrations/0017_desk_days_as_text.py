"""A desk-day keeps itself as one text, which is what readers read."""

from django.db import migrations, models
from django.db.models.functions import Cast

COLUMNS = ("desk", "caps", "b0", "b1", "b2", "b3", "b4", "b5")


class Migration(migrations.Migration):
    """The database writes it, also for what is there."""

    dependencies = [
        ("appointments", "0016_offers_are_planned_and_recalled"),
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
