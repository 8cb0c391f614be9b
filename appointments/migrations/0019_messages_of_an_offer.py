"""The messages about an offer are found by its key, also after its link was renewed."""

from django.db import migrations

BY_KEY = """
UPDATE notifications_message SET subject = 'offer:' || appointments_offer.id
FROM appointments_offer
WHERE notifications_message.subject = 'offer:' || substr(appointments_offer.link_hash, 1, 16)
"""


class Migration(migrations.Migration):
    """Before, it was by the beginning of the hash of its link."""

    dependencies = [
        ("appointments", "0018_who_waits_says_what_they_need"),
        ("notifications", "0005_what_waits"),
    ]

    operations = [migrations.RunSQL(BY_KEY, migrations.RunSQL.noop)]
