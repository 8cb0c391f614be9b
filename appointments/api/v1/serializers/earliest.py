"""The earliest time of every centre, and whether one time is still free. `…Out` stays as it is."""

from rest_framework import serializers

from appointments.services.booking.plan import LARGEST_PARTY
from borgerservice.api.inputs import Choice, Moment, Strict, Text

PARTY_HELP = "How many come, all for the one service."


class EarliestOut(serializers.Serializer):
    """A centre's earliest time, and where one goes for it."""

    centre = serializers.CharField(help_text="The centre's id.")
    name = serializers.CharField()
    municipality = serializers.CharField(help_text="Its name.")
    address = serializers.CharField(help_text="Of a mobile centre: where it stands that day.")
    postal_code = serializers.CharField()
    city = serializers.CharField()
    is_demo = serializers.BooleanField(help_text="Made up for trying things out.")
    is_step_free = serializers.BooleanField(
        allow_null=True, help_text="Null where nobody has said."
    )
    start = serializers.DateTimeField(help_text="With Denmark's offset on that day.")
    end = serializers.DateTimeField()
    distance_km = serializers.FloatField(
        allow_null=True, help_text="As the crow flies, to some kilometres; null where unknown."
    )


class MeasuredFromOut(serializers.Serializer):
    """Where distances are counted from."""

    postal_code = serializers.CharField()
    city = serializers.CharField()
    is_about = serializers.BooleanField(
        help_text="The postal code asked for is not in our table; this is the nearest by number."
    )


class EarliestsOut(serializers.Serializer):
    """Soonest first, then nearest; centres without a time are left out."""

    results = EarliestOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: the list is whole.")
    measured_from = MeasuredFromOut(allow_null=True)


class EarliestQuery(Strict):
    """For which service and how many, near which postal code, and where it must be."""

    service = Text(max_length=40)
    participants = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_PARTY, help_text=PARTY_HELP
    )
    near = Text(required=False, max_length=10, help_text="A postal code, 0800 to 9999.")
    region = Text(required=False, max_length=60, help_text="A region's name.")
    evening = Choice(choices=["0", "1"], required=False, help_text="1: from 16:00 on only.")
    step_free = Choice(
        choices=["0", "1"], required=False, help_text="1: known to be without steps only."
    )


class StillFreeQuery(Strict):
    """Which time at which centre, for what."""

    centre = Text(max_length=80)
    service = Text(max_length=40)
    participants = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_PARTY, help_text=PARTY_HELP
    )
    start = Moment()


class StillFreeOut(serializers.Serializer):
    """The answer of this moment; only booking decides."""

    is_free = serializers.BooleanField()
