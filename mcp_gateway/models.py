"""The results of writes for repeats, and answers to questions that calls wait for."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class WriteOutcome(models.TextChoices):
    STARTED = "started"  # it was sent or is about to be
    DONE = "done"
    UNKNOWN = "unknown"  # it was sent and its answer never arrived


class WriteRecord(models.Model):
    """A write that was requested once: a repeat gets this result and never runs again.

    `key` is a keyed digest of caller, tool and idempotency key (or, without a key, of the arguments). A
    repeat gets `result` once the first write has finished. It is refused while the first one runs or if its
    outcome is unknown. Security cases 182-184.

    `event` has the values of the call's event while the write runs (calls/audit_entry.py). If the process
    dies, the event is made of them, with the outcome unknown.
    """

    key = models.CharField(max_length=64, unique=True)
    arguments_digest = models.CharField(max_length=64)
    event = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=8, choices=WriteOutcome, default=WriteOutcome.STARTED)
    result = models.JSONField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("created_at",), condition=models.Q(outcome="started"), name="write_started"),
        )

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


class CallTask(models.Model):
    """A tool call that goes on after its client was told to come back for the result (MCP tasks extension).

    `key` and `owner` are digests of the task's id and of the caller, the only one who may ask for it. The
    process that works on it renews `alive_until`; a task whose process died has failed.
    """

    class Status(models.TextChoices):
        WORKING = "working"
        INPUT_REQUIRED = "input_required"
        COMPLETED = "completed"
        CANCELLED = "cancelled"
        FAILED = "failed"

    OPEN = (Status.WORKING, Status.INPUT_REQUIRED)

    key = models.CharField(max_length=64, unique=True)
    owner = models.CharField(max_length=64)
    tool = models.CharField(max_length=128)
    status = models.CharField(max_length=14, choices=Status, default=Status.WORKING)
    message = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    alive_until = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    requests = models.JSONField(default=dict)  # questions to the client, by their ids
    outcome = models.TextField(blank=True)  # JSON: the result, or the JSON-RPC error of a failed task

    def __str__(self) -> str:
        return f"{self.tool} {self.status} {self.key[:8]}"
