"""The audit rows of tool calls, and the results of writes for repeats."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Outcome(models.TextChoices):
    STARTED = "started"  # a write that was sent or is about to be
    DONE = "done"
    REFUSED = "refused"  # nothing was sent upstream, or the upstream refused
    FAILED = "failed"
    UNKNOWN = "unknown"  # a write was sent and its answer never arrived


class ToolCall(models.Model):
    """Append-only audit of tool calls, ordered by id; it can be partitioned by `at`.

    Names and e-mail addresses are copied, so that a row identifies the person after the user is deleted.
    Argument values are never stored: only their names, and a keyed digest with which a known value can be
    searched for.
    """

    at = models.DateTimeField(default=timezone.now)
    company = models.ForeignKey("accounts.Company", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    user_email = models.CharField(max_length=254, blank=True)
    consumer_id = models.BigIntegerField()
    consumer_name = models.CharField(max_length=255)
    authorization_id = models.BigIntegerField(null=True)
    tool = models.CharField(max_length=128)
    argument_names = models.JSONField(default=list)
    dropped_names = models.JSONField(
        default=list, db_default=[]
    )  # of arguments that the host added by itself
    arguments_digest = models.CharField(max_length=64)
    is_write = models.BooleanField(default=False)
    outcome = models.CharField(max_length=8, choices=Outcome)
    error_code = models.CharField(max_length=40, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    upstream_calls = models.PositiveSmallIntegerField(default=0)
    request_id = models.CharField(max_length=64)

    class Meta:
        indexes = (
            models.Index(fields=("company", "-at"), name="toolcall_company_at"),
            models.Index(fields=("authorization_id", "-at"), name="toolcall_authorization_at"),
        )

    def __str__(self) -> str:
        return f"{self.tool} {self.outcome} #{self.pk}"


class WriteRecord(models.Model):
    """A write that was requested once: a repeat gets this result and never runs again.

    `key` is a keyed digest of caller, tool and idempotency key (or, without a key, of the arguments). A
    repeat gets `result` once the first write has finished. It is refused while the first one runs or if its
    outcome is unknown. Security cases 182-184.
    """

    key = models.CharField(max_length=64, unique=True)
    arguments_digest = models.CharField(max_length=64)
    call = models.OneToOneField(ToolCall, models.CASCADE, related_name="write_record")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.STARTED)
    result = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.outcome}"


class AwaitedAnswer(models.Model):
    """A request to a client in the middle of a call, while its answer is awaited.

    `key` and `call` are digests of the request's id and of the call that asks; `session` is the digest of the
    id of the session that may answer. The row is deleted as soon as the call has its answer.
    """

    key = models.CharField(max_length=64, unique=True)
    session = models.CharField(max_length=64)
    call = models.CharField(max_length=64, db_index=True)
    expires_at = models.DateTimeField(db_index=True)
    answer = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.key[:8]} {'answered' if self.answer else 'awaited'}"
