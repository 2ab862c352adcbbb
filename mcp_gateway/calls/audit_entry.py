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
from django.utils import timezone

from audit.kinds import Kind
from audit.models import Event, Outcome
from audit.recording import Subject
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import GatewayError, OutcomeUnknown, Refusal
from mcp_gateway.calls.touched_record import of_arguments

MOST_UPSTREAM_CALLS = 32_767  # the maximum of the column
_DIGEST_KEY = hashlib.sha256(b"tool-call-audit\0" + settings.CREDENTIAL_HASH_KEY.encode()).digest()


def digest(*parts: object) -> str:
    """Return a keyed digest: equal values can be matched, but none can be read back."""
    text = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS, default=str)
    return hmac.digest(_DIGEST_KEY, text, "sha256").hex()


@dataclass(slots=True)
class Entry:
    """The audit entry of one call, from its start to its `end`.

    Argument values are never stored: only their names, the record that they name, and a keyed digest with
    which a known value can be searched for.
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
    about: Subject | None = None  # the record that the answer is about
    outcome: Outcome = Outcome.UNKNOWN  # what it stays if the process dies
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
            _clean(tool, 128),
            arguments,
            is_write,
            _clean(request_id, 64),
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

    def values(self) -> dict[str, Any]:
        """Return the values of the event's columns, for `event_of`. All are JSON."""
        caller, about = self.caller, self.about or of_arguments(self.arguments)
        facts: dict[str, Any] = {
            "arguments": _kept_names(self.arguments),
            "arguments_digest": self.arguments_digest,
            "request": self.request_id,
        }
        if self.dropped:
            facts["dropped"] = _kept_names(self.dropped)
        return {
            "at": self.at.isoformat(),
            "company_id": caller.company_id,
            "kind": Kind.TOOL_CALL.value,
            "outcome": self.outcome.value,
            "reason": self.error_code,
            "user_id": caller.user_id,
            "user_email": caller.user_email,
            "consumer_id": caller.consumer_id,
            "consumer_name": caller.consumer_name,
            "authorization_id": caller.authorization_id,
            "subject_kind": about.kind if about else "",
            "subject_id": about.id if about else "",
            "facts": facts,
            "tool": self.tool,
            "is_write": self.is_write,
            "milliseconds": self.milliseconds,
            "upstream_calls": self.upstream_calls,
        }


def event_of(values: Mapping[str, Any]) -> Event:
    return Event(**{**values, "at": dt.datetime.fromisoformat(values["at"])})


def _kept_names(names: Iterable[str]) -> list[str]:
    return [_clean(name, 64) for name in list(names)[:50]]


def _clean(text: str, longest: int) -> str:
    """Cut a text of the client, and remove what PostgreSQL refuses: NUL, and halves of surrogate pairs."""
    return text[:longest].replace("\0", "").encode(errors="replace").decode()
