"""A centre keeps what is shown of it as one text, which a search through the country reads."""

from django.db import migrations, models
from django.db.models.functions import Cast, Coalesce

COLUMNS = ("key", "name", "address", "postal_code", "city", "is_demo", "start_step_minutes")


def as_text(column: str) -> Cast:
    """Say a column as text."""
    return Cast(column, models.TextField())


class Migration(migrations.Migration):
    """The database writes it, also for what is there."""

    dependencies = [
        ("municipalities", "0006_new_days_open_bit_by_bit"),
    ]

    operations = [
        migrations.AddField(
            model_name="centre",
            name="told",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    *map(as_text, COLUMNS),
                    Coalesce(as_text("is_step_free"), models.Value("", models.TextField())),
                    arg_joiner=" || '\x1f' || ",
                    template="%(expressions)s",
                ),
                output_field=models.TextField(),
            ),
        ),
    ]
