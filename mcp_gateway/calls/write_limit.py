"""The limit on writes per hour, counted from the log: those of a person, or of a program, with one app."""

from __future__ import annotations

import math

from django.utils import timezone

from consumers.policy.log_of_writes import HOUR, writes_of
from mcp_gateway.calls.audit_entry import Entry, digest
from mcp_gateway.calls.caller import limits_of
from mcp_gateway.calls.errors import RateLimited
from mcp_gateway.models import WriteOutcome, WriteRecord


def lock_of(entry: Entry) -> int | None:
    """Return the lock for GroupCommit under which the writes of one limit are counted; None without a limit.

    It is no row of a table: a batch and an administrator's change could wait for each other there.
    """
    caller = entry.caller
    if limits_of(caller.ceilings).writes_per_hour is None:
        return None
    number = bytes.fromhex(digest("writes", caller.company_id, caller.consumer_id, caller.user_id))[:8]
    return int.from_bytes(number, signed=True)


def require_within_limit(entry: Entry) -> None:
    """Raise RateLimited if the caller has no write left. Call it while the lock of `lock_of` is held.

    Writes that changed nothing and repeats that were not written again do not count.
    """
    caller = entry.caller
    most = limits_of(caller.ceilings).writes_per_hour
    if most is None:
        return
    now = timezone.now()
    running = WriteRecord.objects.filter(
        outcome=WriteOutcome.STARTED,
        event__consumer_id=caller.consumer_id,
        event__user_id=caller.user_id,
        created_at__gt=now - HOUR,
    )
    written = writes_of(caller.company_id, caller.consumer_id, caller.user_id)
    # The running ones first: one that ends between the two queries is counted twice rather than never.
    times = sorted(
        [
            *running.values_list("created_at", flat=True)[:most],
            *written.order_by("-at").values_list("at", flat=True)[:most],
        ]
    )
    if len(times) >= most:
        wait = max(1, math.ceil((times[-most] + HOUR - now).total_seconds()))
        raise RateLimited(
            f"An administrator allows {most} writes an hour here, and they are used up. Nothing was done. "
            f"The next one is possible in {wait} seconds.",
            wait,
        )
