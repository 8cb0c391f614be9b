"""The outbox, and whom its messages go to."""

from django.db import models

from borgerservice.municipalities.models import Municipality
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope
from borgerservice.vault.models import DataKey


class Contact(models.Model):
    """How to reach whoever booked. Sealed under a key of its own, so it can be shredded alone."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT)
    phone_sealed = models.BinaryField(null=True)
    email_sealed = models.BinaryField(null=True)
    phone_mark = models.CharField(max_length=64, blank=True)
    email_mark = models.CharField(max_length=64, blank=True)
    mark_version = models.PositiveSmallIntegerField(default=1)

    PRIVACY = {
        Life.CONTACT: {
            Kind.INTERNAL: "id municipality data_key mark_version",
            Kind.PERSONAL: "phone_sealed email_sealed",
            Kind.PSEUDONYM: "phone_mark email_mark",
        }
    }

    unscoped = models.Manager["Contact"]()
    objects = MunicipalScope["Contact"]()

    class Meta:
        default_manager_name = "unscoped"
        indexes = (
            models.Index(name="contact_by_phone_mark", fields=["phone_mark"]),
            models.Index(name="contact_by_email_mark", fields=["email_mark"]),
        )

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Message(models.Model):
    """One notice to one address, written in the transaction of the act it tells of.

    `facts` holds what the wording needs and nothing personal; the address is read from the
    contact at delivery. `dedupe_key` makes a second row for the same notice impossible. `problem`
    is the code of why it was dropped, has failed or must be tried again. `is_waiting` stays as it
    is when a worker takes the message, so the database need not touch an index for that.
    """

    class Status(models.TextChoices):
        """How far a message has come."""

        DUE = "due"
        SENDING = "sending"
        SENT = "sent"
        DROPPED = "dropped"
        FAILED = "failed"

    class Channel(models.TextChoices):
        """How it travels."""

        SMS = "sms"
        EMAIL = "email"

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=5, choices=Channel)
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=100)
    status = models.CharField(max_length=8, choices=Status, default=Status.DUE)
    problem = models.CharField(max_length=40, blank=True, default="")
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    is_waiting = models.GeneratedField(
        expression=models.ExpressionWrapper(
            models.Q(status__in=["due", "sending"]), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    PRIVACY = {
        Life.VISIT: {
            Kind.INTERNAL: "id municipality contact kind channel language subject facts"
            " dedupe_key status problem due_at leased_until attempts sent_at created_at"
            " is_waiting",
        }
    }

    unscoped = models.Manager["Message"]()
    objects = MunicipalScope["Message"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (models.UniqueConstraint(name="a_notice_goes_once", fields=["dedupe_key"]),)
        indexes = (
            models.Index(
                name="messages_to_deliver",
                fields=["due_at"],
                condition=models.Q(is_waiting=True),
            ),
            models.Index(name="messages_by_subject", fields=["subject"]),
        )

    def __str__(self) -> str:
        return f"message {self.pk}"


class DailyCount(models.Model):
    """How many messages one number or address was given on one Danish day, all municipalities."""

    day = models.DateField()
    mark = models.CharField(max_length=64)
    messages = models.PositiveIntegerField()

    PRIVACY = {Life.DAY: {Kind.INTERNAL: "id day messages", Kind.PSEUDONYM: "mark"}}

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_count_per_day_and_mark", fields=["day", "mark"]),
        )

    def __str__(self) -> str:
        return f"daily count {self.pk}"
