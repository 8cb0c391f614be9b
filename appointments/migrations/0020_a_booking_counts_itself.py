"""A booking counts itself as it is written; the database refuses one too many."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0019_messages_of_an_offer"),
    ]

    operations = [
        migrations.AddField(
            model_name="usecount",
            name="most",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="usecount",
            constraint=models.CheckConstraint(
                condition=models.Q(("uses__lte", models.F("most"))), name="no_more_uses_than_may_be"
            ),
        ),
    ]
