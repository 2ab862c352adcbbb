"""The log of everything that happened in a company: one row for each event, never changed afterwards."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("unknown")  # a write was sent and its answer never arrived


class Event(models.Model):
    """One event. Ids are plain numbers and names are copied, so that a row outlives what it speaks of.

    `company_id` is 0 where no company is known. The rows of a company form a chain: `position` counts them
    from 1, and `digest` is a keyed digest of the row and of the digest before it (chain.py). Values of
    arguments are never stored, and neither are secrets, tokens or codes.
    """

    NO_COMPANY = 0

    at = models.DateTimeField(default=timezone.now)
    company_id = models.BigIntegerField()
    position = models.BigIntegerField()
    kind = models.CharField(max_length=40)  # a member of kinds.Kind
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.DONE)
    reason = models.CharField(max_length=60, blank=True)  # our own short code for a refusal or failure

    user_id = models.BigIntegerField(null=True)  # who did it
    user_email = models.CharField(max_length=254, blank=True)
    consumer_id = models.BigIntegerField(null=True)
    consumer_name = models.CharField(max_length=255, blank=True)
    authorization_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=45, blank=True)  # the client's IP address, where it says something

    # What it was done to: a record of the plant, a consumer, a person …
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=200, blank=True)
    subject_name = models.CharField(max_length=255, blank=True)
    changes = models.JSONField(default=dict)  # {field: [before, after]}
    facts = models.JSONField(default=dict)

    # Of tool calls only.
    tool = models.CharField(max_length=128, blank=True)
    is_write = models.BooleanField(default=False)
    milliseconds = models.PositiveIntegerField(default=0)
    upstream_calls = models.PositiveSmallIntegerField(default=0)

    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("company_id", "position"), name="event_position"),)
        # Each filter of the page reads its rows newest first from an index.
        indexes = (
            models.Index(fields=("company_id", "at"), name="event_at"),
            models.Index(fields=("company_id", "user_id", "at"), name="event_user"),
            models.Index(fields=("company_id", "consumer_id", "at"), name="event_consumer"),
            models.Index(fields=("company_id", "kind", "tool", "at"), name="event_kind"),
            models.Index(fields=("company_id", "subject_id", "at"), name="event_subject"),
            models.Index(
                fields=("company_id", "outcome", "at"),
                name="event_trouble",
                condition=~models.Q(outcome=Outcome.DONE),
            ),
            models.Index(fields=("authorization_id", "at"), name="event_authorization"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome} #{self.pk}"


class ChainHead(models.Model):
    """The last row of a company's chain. Whoever appends locks it until the commit."""

    company_id = models.BigIntegerField(primary_key=True)
    position = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"company {self.company_id}: {self.position}"


class Seal(models.Model):
    """Where a company's chain begins, after older events expired (expiry.py).

    `digest` is that of the last event that was removed, and `proof` a keyed digest of this row, so that
    nobody with the database alone can remove events and seal the rest.
    """

    company_id = models.BigIntegerField(primary_key=True)
    position = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    until = models.DateTimeField()  # the time of the last event that was removed
    sealed_at = models.DateTimeField(default=timezone.now)
    proof = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"company {self.company_id}: sealed at {self.position}"


class Retention(models.Model):
    """How many days a company keeps its events; companies without a row keep them DEFAULT_DAYS."""

    DEFAULT_DAYS = 400
    FEWEST_DAYS, MOST_DAYS = 90, 3650

    company_id = models.BigIntegerField(primary_key=True)
    days = models.PositiveIntegerField(default=DEFAULT_DAYS)

    def __str__(self) -> str:
        return f"company {self.company_id}: {self.days} days"

    @classmethod
    def days_of(cls, company_id: int) -> int:
        days = cls.objects.filter(pk=company_id).values_list("days", flat=True).first()
        return cls.DEFAULT_DAYS if days is None else days
