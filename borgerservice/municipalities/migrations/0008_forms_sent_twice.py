"""What staff's forms led to, for a button that is pressed twice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A table of a day's marks."""

    dependencies = [
        ("municipalities", "0007_centres_as_text"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.CharField(max_length=16, unique=True)),
                ("led_to", models.CharField(max_length=500)),
                ("sent_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["sent_at"], name="sent_forms_to_forget")],
            },
        ),
    ]
