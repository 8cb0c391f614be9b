"""Where the wrapped keys lie. Destroying a key destroys all that was sealed under it."""

from django.db import models

from borgerservice.privacy import Kind, Life


class DataKey(models.Model):
    """One random key per case or contact, wrapped under the installation's key."""

    wrapped = models.BinaryField(null=True)
    key_version = models.PositiveSmallIntegerField()
    destroyed_at = models.DateTimeField(null=True)

    PRIVACY = {
        Life.CASE: {Kind.INTERNAL: "id key_version destroyed_at", Kind.SECRET: "wrapped"},
    }

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_destroyed_key_holds_nothing",
                condition=models.Q(wrapped__isnull=True, destroyed_at__isnull=False)
                | models.Q(wrapped__isnull=False, destroyed_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"data key {self.pk}"


class WrappingKey(models.Model):
    """That rows were sealed under a version of the wrapping key, and what tells it from another."""

    version = models.PositiveSmallIntegerField(unique=True)
    check_value = models.CharField(max_length=64)
    first_used_at = models.DateTimeField()

    PRIVACY = {Life.CASE: {Kind.INTERNAL: "id version check_value first_used_at"}}

    def __str__(self) -> str:
        return f"wrapping key {self.version}"


class PseudonymKey(models.Model):
    """That marks were made under a version of the pseudonym key, and what tells it from another.

    A key that is lost, or replaced by another under its version, would find nobody again and open
    an empty quota for everybody; so without every key listed here no mark is made.
    """

    version = models.PositiveSmallIntegerField(unique=True)
    check_value = models.CharField(max_length=64)
    first_used_at = models.DateTimeField()

    PRIVACY = {Life.LEDGER: {Kind.INTERNAL: "id version check_value first_used_at"}}

    def __str__(self) -> str:
        return f"pseudonym key {self.version}"
