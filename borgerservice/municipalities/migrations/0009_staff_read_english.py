"""The language in which somebody of the staff reads their pages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Danish for everybody who is there."""

    dependencies = [
        ("municipalities", "0008_forms_sent_twice"),
    ]

    operations = [
        migrations.AddField(
            model_name="staffmember",
            name="language",
            field=models.CharField(
                choices=[("da", "da"), ("en", "en")], default="da", max_length=2
            ),
        ),
    ]
