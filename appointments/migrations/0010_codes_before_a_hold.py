"""Codes under way to a contact, before a time is held."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A table of its own; what is in it lives an hour."""

    dependencies = [
        ("appointments", "0009_longer_with_a_witness"),
        ("municipalities", "0005_each_its_own"),
        ("notifications", "0003_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("people", models.PositiveSmallIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("code_salt", models.CharField(max_length=40)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("proven_at", models.DateTimeField(null=True)),
                ("spent_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="municipalities.centre"
                    ),
                ),
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="notifications.contact"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="appointments.servicetype"
                    ),
                ),
            ],
        ),
    ]
