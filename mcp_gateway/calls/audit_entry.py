"""One call as the audit log records it: who, what, when, and how it ended."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.utils import timezone

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import GatewayError, OutcomeUnknown, Refusal
from mcp_gateway.models import Outcome, ToolCall

MOST_UPSTREAM_CALLS = 32_767  # the maximum of the column
_DIGEST_KEY = hashlib.sha256(b"tool-call-audit\0" + settings.CREDENTIAL_HASH_KEY.encode()).digest()


def digest(*parts: object) -> str:
    """Return a keyed digest: equal values can be matched, but none can be read back."""
    text = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS, default=str)
    return hmac.digest(_DIGEST_KEY, text, "sha256").hex()


@dataclass(slots=True)
class Entry:
    """The audit entry of one call, from its start to its `end`.

    Tool and argument names come from the client and may contain a NUL character, which PostgreSQL refuses in
    texts.
    """

    caller: Caller
    tool: str
    arguments: dict[str, Any]
    is_write: bool
    request_id: str
    at: dt.datetime
    arguments_digest: str
    dropped: Sequence[str] = ()
    # chosen by the person when asked which record is meant
    chosen: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome = Outcome.STARTED
    error_code: str = ""
    milliseconds: int = 0
    upstream_calls: int = 0
    began: float = field(default_factory=time.perf_counter)

    @classmethod
    def of(
        cls,
        caller: Caller,
        tool: str,
        arguments: dict[str, Any],
        *,
        is_write: bool,
        request_id: str,
        dropped: Sequence[str] = (),
        chosen: Mapping[str, str] | None = None,
    ) -> Entry:
        return cls(
            caller,
            tool[:128].replace("\0", ""),
            arguments,
            is_write,
            request_id[:64].replace("\0", ""),
            timezone.now(),
            digest(arguments),
            dropped,
            chosen or {},
        )

    def end(self, upstream_calls: int, error: GatewayError | None = None) -> None:
        self.milliseconds = int((time.perf_counter() - self.began) * 1000)
        self.upstream_calls = min(upstream_calls, MOST_UPSTREAM_CALLS)
        self.error_code = "" if error is None else error.code
        if error is None:
            self.outcome = Outcome.DONE
        elif isinstance(error, OutcomeUnknown):
            self.outcome = Outcome.UNKNOWN
        else:
            self.outcome = Outcome.REFUSED if isinstance(error, Refusal) else Outcome.FAILED

    def values(self) -> tuple[Any, ...]:
        """Return the values for `_INSERT`, in the order of the columns."""
        caller = self.caller
        return (
            connection.ops.adapt_datetimefield_value(self.at),
            caller.company_id,
            caller.user_id,
            caller.user_email,
            caller.consumer_id,
            caller.consumer_name,
            caller.authorization_id,
            self.tool,
            orjson.dumps(_kept_names(self.arguments)).decode(),
            orjson.dumps(_kept_names(self.dropped)).decode(),
            self.arguments_digest,
            self.is_write,
            self.outcome.value,
            self.error_code,
            self.milliseconds,
            self.upstream_calls,
            self.request_id,
        )

    def row(self) -> ToolCall:
        caller = self.caller
        return ToolCall(
            at=self.at,
            company_id=caller.company_id,
            user_id=caller.user_id,
            user_email=caller.user_email,
            consumer_id=caller.consumer_id,
            consumer_name=caller.consumer_name,
            authorization_id=caller.authorization_id,
            tool=self.tool,
            argument_names=_kept_names(self.arguments),
            dropped_names=_kept_names(self.dropped),
            arguments_digest=self.arguments_digest,
            is_write=self.is_write,
            outcome=self.outcome,
            error_code=self.error_code,
            milliseconds=self.milliseconds,
            upstream_calls=self.upstream_calls,
            request_id=self.request_id,
        )


def _kept_names(names: Iterable[str]) -> list[str]:
    return [name[:64].replace("\0", "") for name in list(names)[:50]]
