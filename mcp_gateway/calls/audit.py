"""Audit rows of tool calls, committed before the answer is sent (group_commit.py).

If a row cannot be stored, the call fails: no answer without its row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.utils import timezone

from mcp_gateway.calls.audit_entry import Entry, digest
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import InsufficientScope
from mcp_gateway.calls.group_commit import GroupCommit
from mcp_gateway.models import Outcome, ToolCall, WriteRecord

REPEAT_WINDOW = dt.timedelta(minutes=5)  # for a write without an idempotency key
KEY_LIFETIME = dt.timedelta(hours=24)  # for a write with an idempotency key
CHALLENGE_LASTS = dt.timedelta(minutes=15)  # how long a person may take to decide
CLAIM_TRIES = 5  # an attempt fails only if another claim was released at that moment


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a write once. `earlier` is set instead if the write was requested before."""

    record_id: int
    call_id: int
    earlier: WriteRecord | None = None


_COLUMNS = [str(field.column) for field in ToolCall._meta.local_concrete_fields if not field.primary_key]
# Column names are constants of this module, and values are bound.
_INSERT = f"INSERT INTO {ToolCall._meta.db_table} ({', '.join(_COLUMNS)}) VALUES "  # noqa: S608
_VALUES = f"({', '.join(['%s'] * len(_COLUMNS))})"


def _insert(rows: list[tuple[Any, ...]]) -> None:
    # One statement for all rows: with one for each, the thread would have to wait to be scheduled after each.
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + ", ".join([_VALUES] * len(rows)), list(chain.from_iterable(rows)))


class AuditLog:
    """The audit log of this process. One thread writes its rows."""

    def __init__(self) -> None:
        self._writer = GroupCommit("audit-writer", _insert)

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

    async def record(self, entry: Entry) -> None:
        """Store the finished call of a read, or of a write that never began."""
        await self._writer.store(entry)

    async def claim_write(
        self, entry: Entry, idempotency_key: str | None, *, replaces: bool = False
    ) -> Claim:
        """Commit the call as `started` and its guard against repeats, before anything is sent upstream.

        The guard of a write that `replaces` a state ends with the write. The same request without a key is
        then a new one, since anybody may have changed the record in the meantime. Without a key, a write for
        another record chosen by the person is a different write.
        """
        caller = entry.caller
        who = (caller.company_id, caller.user_id, caller.consumer_id, entry.tool)
        wish = (entry.arguments, entry.chosen) if entry.chosen else (entry.arguments,)
        key = digest("key", *who, idempotency_key) if idempotency_key else digest("repeat", *who, *wish)
        lifetime = KEY_LIFETIME if idempotency_key else REPEAT_WINDOW

        def claimed() -> Claim:
            WriteRecord.objects.filter(key=key, expires_at__lte=timezone.now()).delete()
            earlier = WriteRecord.objects.select_for_update().filter(key=key).first()
            if earlier and replaces and not idempotency_key and earlier.outcome != Outcome.STARTED:
                # Moved to another key: a call that waits for the first write still finds its result.
                WriteRecord.objects.filter(pk=earlier.pk).update(key=digest("over", earlier.pk))
                earlier = None
            if earlier:
                return Claim(earlier.pk, earlier.call_id, earlier)
            call = entry.row()
            call.save(force_insert=True)
            saved = WriteRecord.objects.create(
                key=key,
                arguments_digest=entry.arguments_digest,
                call=call,
                expires_at=timezone.now() + lifetime,
            )
            return Claim(saved.pk, call.pk)

        def job() -> Claim:
            """Claim the write; try again if another process claims it between query and insert."""
            for _ in range(CLAIM_TRIES - 1):
                with suppress(IntegrityError), transaction.atomic():
                    return claimed()
            return claimed()

        claim: Claim = await self._writer.run(job)
        return claim

    async def finish_write(self, claim: Claim, entry: Entry, result: dict[str, Any] | None) -> None:
        """Store how the write ended. A write that certainly did nothing may be requested again."""

        def job() -> None:
            ToolCall.objects.filter(pk=claim.call_id).update(
                outcome=entry.outcome,
                error_code=entry.error_code,
                milliseconds=entry.milliseconds,
                upstream_calls=entry.upstream_calls,
            )
            saved = WriteRecord.objects.filter(pk=claim.record_id)
            if entry.outcome in {Outcome.DONE, Outcome.UNKNOWN}:
                saved.update(outcome=entry.outcome, result=_without_null(result))
            else:
                saved.delete()

        await self._writer.run(job)

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
            return ToolCall.objects.filter(
                authorization_id=caller.authorization_id,
                error_code=InsufficientScope.code,
                at__gte=timezone.now() - CHALLENGE_LASTS,
            ).exists()

        found: bool = await self._writer.run(job)
        return found


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
        ToolCall.objects.filter(authorization_id__in=list(ids), at__gte=since)
        .values_list("authorization_id")
        .annotate(calls=Count("id"))
    )
    return {authorization: calls for authorization, calls in rows if authorization is not None}


def settle_interrupted(older_than: dt.timedelta = dt.timedelta(minutes=5)) -> int:
    """Mark writes whose process died as `unknown`. Return how many."""
    before = timezone.now() - older_than
    WriteRecord.objects.filter(outcome=Outcome.STARTED, created_at__lt=before).update(outcome=Outcome.UNKNOWN)
    return ToolCall.objects.filter(outcome=Outcome.STARTED, at__lt=before).update(outcome=Outcome.UNKNOWN)


def forget_answers() -> int:
    """Delete stored answers of writes whose repeat window is over. Return how many."""
    return WriteRecord.objects.filter(expires_at__lt=timezone.now()).delete()[0]
