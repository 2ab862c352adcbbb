"""Tool calls in the log of events: each has its event, committed before the answer is sent (group_commit.py).

If it cannot be stored, the call fails: no answer without its event. A write is claimed before it runs, and
whoever finds the claim of a dead process records that its outcome is unknown.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.utils import timezone

from audit.chain import append
from audit.kinds import Kind
from audit.models import Event, Outcome
from mcp_gateway.calls.audit_entry import Entry, digest, event_of
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import InsufficientScope
from mcp_gateway.calls.group_commit import GroupCommit
from mcp_gateway.calls.write_limit import lock_of, require_within_limit
from mcp_gateway.models import WriteOutcome, WriteRecord

REPEAT_WINDOW = dt.timedelta(minutes=5)  # for a write without an idempotency key
KEY_LIFETIME = dt.timedelta(hours=24)  # for a write with an idempotency key
CHALLENGE_LASTS = dt.timedelta(minutes=15)  # how long a person may take to decide
# A write ends by the deadline upstream and a grace (dispatch.py); its commit may wait for a lock.
INTERRUPTED_AFTER = dt.timedelta(seconds=settings.UPSTREAM_DEADLINE_SECONDS + 30)
SETTLE_SECONDS = 5.0  # how often a process looks for writes whose process died
CLAIM_TRIES = 5  # an attempt fails only if another claim was released at that moment


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a write once. `earlier` is set instead if the write was requested before."""

    record_id: int
    earlier: WriteRecord | None = None


class AuditLog:
    """What this process adds to the log. One thread writes it."""

    def __init__(self) -> None:
        self._writer: GroupCommit[Entry] = GroupCommit("audit-writer", self._insert)
        self._settled = -math.inf

    def start(self) -> None:
        """Settle what a dead process left, and start the writer.

        Call it in a thread at the start of the process.
        """
        settle_interrupted()
        forget_answers()
        connection.close()  # this thread may never be used again
        self._writer.start()

    def stop(self) -> None:
        """Write what is queued and end the thread. The next call starts it again."""
        self._writer.stop()

    def _insert(self, entries: list[Entry]) -> None:
        events = [event_of(entry.values()) for entry in entries]
        if monotonic() - self._settled > SETTLE_SECONDS:
            self._settled = monotonic()
            events += interrupted()
        append(events)

    async def record(self, entry: Entry) -> None:
        """Store the finished call of a read, or of a write that never began."""
        await self._writer.store(entry)

    async def claim_write(
        self, entry: Entry, idempotency_key: str | None, *, replaces: bool = False
    ) -> Claim:
        """Commit that the call has started, and its guard against repeats, before anything is sent upstream.

        The guard of a write that `replaces` a state ends with the write. The same request without a key is
        then a new one, since anybody may have changed the record in the meantime. Without a key, a write for
        another record chosen by the person is a different write. Raises RateLimited.
        """
        caller = entry.caller
        who = (caller.company_id, caller.user_id, caller.consumer_id, entry.tool)
        wish = (entry.arguments, entry.chosen) if entry.chosen else (entry.arguments,)
        key = digest("key", *who, idempotency_key) if idempotency_key else digest("repeat", *who, *wish)
        lifetime = KEY_LIFETIME if idempotency_key else REPEAT_WINDOW

        def claimed() -> Claim:
            earlier = WriteRecord.objects.select_for_update().filter(key=key).first()
            started = earlier is not None and earlier.outcome == WriteOutcome.STARTED
            over = earlier is not None and earlier.expires_at <= timezone.now()
            if earlier and (over or (replaces and not idempotency_key and not started)):
                # Moved to another key: a call that waits for the first write still finds its result, and the
                # end of a batch records one whose process died. Here, the log would be locked too early.
                WriteRecord.objects.filter(pk=earlier.pk).update(key=digest("over", earlier.pk))
                if started:
                    self._settled = -math.inf
            elif earlier:
                return Claim(earlier.pk, earlier)
            require_within_limit(entry)
            saved = WriteRecord.objects.create(
                key=key,
                arguments_digest=entry.arguments_digest,
                event=entry.values(),
                expires_at=timezone.now() + lifetime,
            )
            return Claim(saved.pk)

        def job() -> Claim:
            """Claim the write; try again if another process claims it between query and insert."""
            for _ in range(CLAIM_TRIES - 1):
                with suppress(IntegrityError), transaction.atomic():
                    return claimed()
            return claimed()

        claim: Claim = await self._writer.run(job, lock=lock_of(entry))
        return claim

    async def finish_write(self, claim: Claim, entry: Entry, result: dict[str, Any] | None) -> None:
        """Store how the write ended. A write that certainly did nothing may be requested again.

        One that was held for interrupted meanwhile has its event, with the outcome unknown, and keeps it: the
        clock was set forward, or the machine slept.
        """

        def job() -> None:
            running = WriteRecord.objects.filter(pk=claim.record_id, outcome=WriteOutcome.STARTED)
            if entry.outcome in {Outcome.DONE, Outcome.UNKNOWN}:
                ended = running.update(outcome=entry.outcome, result=_without_null(result), event=None)
            else:
                ended, _ = running.delete()
            if not ended:
                raise _AlreadyRecorded

        with suppress(_AlreadyRecorded):
            await self._writer.run(job, entry)

    async def earlier_result(self, record_id: int) -> WriteRecord | None:
        """Return the record of a write that another request claimed, None if the claim was released."""

        def job() -> WriteRecord | None:
            return WriteRecord.objects.filter(pk=record_id).first()

        found: WriteRecord | None = await self._writer.run(job)
        return found

    async def challenged_lately(self, caller: Caller) -> bool:
        """Say whether this connection was recently challenged for more scopes and came back without them.

        Programs that connect for themselves cannot ask anybody, so for them it is False.
        """
        if caller.authorization_id is None:
            return False

        def job() -> bool:
            return Event.objects.filter(
                authorization_id=caller.authorization_id,
                at__gte=timezone.now() - CHALLENGE_LASTS,
                kind=Kind.TOOL_CALL,
                reason=InsufficientScope.code,
            ).exists()

        found: bool = await self._writer.run(job)
        return found


class _AlreadyRecorded(Exception):
    """The event of this write is in the log already."""


def _without_null(value: Any) -> Any:
    """Remove NUL characters from an answer, because PostgreSQL accepts none in JSON."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_null(name): _without_null(part) for name, part in value.items()}
    return [_without_null(part) for part in value] if isinstance(value, list) else value


def calls_by_authorization(ids: Iterable[int], since: dt.datetime) -> dict[int, int]:
    """Count calls per app authorization since a given time, for the authorizations screen."""
    rows = (
        Event.objects.filter(authorization_id__in=list(ids), at__gte=since, kind=Kind.TOOL_CALL)
        .values_list("authorization_id")
        .annotate(calls=Count("id"))
    )
    return {authorization: calls for authorization, calls in rows if authorization is not None}


def settle_interrupted() -> int:
    """Record writes whose process died, with the outcome unknown. Return how many."""
    with transaction.atomic():
        events = interrupted()
        if events:
            append(events)
    return len(events)


def interrupted() -> list[Event]:
    """Mark the claims of writes whose process died as unknown, and return their events for the log."""
    found = WriteRecord.objects.select_for_update().filter(
        outcome=WriteOutcome.STARTED, created_at__lt=timezone.now() - INTERRUPTED_AFTER
    )
    left = list(found.order_by("pk"))
    WriteRecord.objects.filter(pk__in=[each.pk for each in left]).update(
        outcome=WriteOutcome.UNKNOWN, event=None
    )
    return [event_of(each.event) for each in left if each.event]


def forget_answers() -> int:
    """Delete stored answers of writes whose repeat window is over. Return how many."""
    over = WriteRecord.objects.filter(expires_at__lte=timezone.now())
    return over.exclude(outcome=WriteOutcome.STARTED).delete()[0]  # a started one has no event yet
