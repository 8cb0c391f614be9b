"""A person is an internal id; numbers and logins are aliases of it, and links say who is one."""

from django.db import models

from borgerservice.privacy import Kind as Private
from borgerservice.privacy import Life


class Person(models.Model):
    """Somebody we must recognise again. May have no alias at all."""

    created_at = models.DateTimeField()

    PRIVACY = {Life.LEDGER: {Private.PSEUDONYM: "id", Private.INTERNAL: "created_at"}}

    def __str__(self) -> str:
        return f"person {self.pk}"


class PersonAlias(models.Model):
    """One keyed mark of a person: a number or login under one version of the pseudonym key."""

    class Kind(models.TextChoices):
        """What the mark was made from."""

        CPR = "cpr"
        REPLACEMENT = "replacement"
        P_CODE = "p_code"
        MITID = "mitid"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="aliases")
    kind = models.CharField(max_length=12, choices=Kind)
    key_version = models.PositiveSmallIntegerField()
    pseudonym = models.CharField(max_length=64)

    PRIVACY = {
        Life.LEDGER: {
            Private.PSEUDONYM: "id person pseudonym",
            Private.INTERNAL: "kind key_version",
        }
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_person_per_alias", fields=["kind", "key_version", "pseudonym"]
            ),
            models.CheckConstraint(
                name="alias_is_of_a_known_kind",
                condition=models.Q(kind__in=["cpr", "replacement", "p_code", "mitid"]),
            ),
        )

    def __str__(self) -> str:
        return f"alias {self.pk}"


class PersonLink(models.Model):
    """`person` has turned out to be `root`, who was known first. Rows are added, never changed.

    One link is enough: the guard in the database (`guards/`) links all who were `person` as well,
    so that everybody's root is one step away.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="links")
    root = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="linked")
    linked_at = models.DateTimeField()

    PRIVACY = {Life.LEDGER: {Private.PSEUDONYM: "id person root", Private.INTERNAL: "linked_at"}}

    class Meta:
        constraints = (
            models.UniqueConstraint(name="two_persons_are_linked_once", fields=["person", "root"]),
            models.CheckConstraint(
                name="the_root_was_known_first", condition=models.Q(root__lt=models.F("person"))
            ),
        )

    def __str__(self) -> str:
        return f"person link {self.pk}"
