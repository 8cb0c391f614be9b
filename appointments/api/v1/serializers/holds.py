"""Times held for a system until it books. `…In` refuses what it does not know."""

from rest_framework import serializers

from appointments.services.booking.plan import LARGEST_PARTY
from borgerservice.api.inputs import Moment, Strict, Text

LONGEST_SECRET = 64


class HoldIn(Strict):
    """A time to be held for a visit."""

    centre = Text(max_length=80)
    start = Moment(help_text="With its offset, as in the slots.")
    services = serializers.ListField(
        child=Text(max_length=40),
        min_length=1,
        max_length=LARGEST_PARTY,
        help_text="A service's code for each who comes.",
    )


class HoldOut(serializers.Serializer):
    """A time that is held."""

    hold = serializers.CharField(help_text="The secret to book with, as `hold`.")
    centre = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="From then on anybody may take the time.")


class ReleaseIn(Strict):
    """A hold to be given up."""

    hold = Text(max_length=LONGEST_SECRET)


class ReleasedOut(serializers.Serializer):
    """A time that is free again."""

    centre = serializers.CharField()
    start = serializers.DateTimeField()
