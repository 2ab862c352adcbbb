"""What can go wrong in a call, and the only sentences about it that reach a model.

    GatewayError
    ├── Refusal                  the caller's side; nothing was changed upstream
    │   ├── UnknownTool              JSON-RPC -32602
    │   ├── InsufficientScope        HTTP 403 and a challenge
    │   ├── WritesPaused             an administrator paused all writes
    │   ├── NotPermitted             the person lacks a right
    │   ├── ForbiddenByAdministrator a ceiling leaves the tool out
    │   ├── MustAskFirst             a ceiling wants it: ask the person
    │   ├── TooManyRecords           more records in one write than a ceiling allows
    │   ├── InvalidArguments         says which argument and what to change
    │   │   └── FieldsRefused            the upstream did not accept these
    │   ├── NotFound                 no such record, or not for this person
    │   ├── Ambiguous                several records fit: choose
    │   ├── LooksLikeDuplicate       something open looks the same: ask the person
    │   ├── LooksUnusual             a value looks like a slip: ask the person
    │   ├── NeedsManyCalls           it would cost much of the budget: ask the person
    │   ├── IdempotencyConflict      the key was used for other arguments
    │   └── RateLimited              wait `retry_after_seconds`
    └── Failure                  ours or the upstream's
        ├── UpstreamUnavailable      not reached, or an error there; a retry may help
        ├── UpstreamTimeout          the deadline passed (a read, or a write surely not sent)
        ├── UpstreamRejected         the upstream understood and said no
        ├── UpstreamNotUnderstood    an answer that is not of the contract
        ├── OutcomeUnknown           a write was sent and its answer is missing
        │   └── PartlyDone           of two writes one is there
        ├── NotConnected             no upstream credential for this person; `connect_url` helps
        ├── WrongCompany             the upstream answered with another company's records
        └── InternalError            a defect; details only in the log

All but `UnknownTool` and `InsufficientScope` become an `isError` tool result: `code`, `message`, `details`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from mcp_gateway.calls.questions import Question

MOST_CANDIDATES = 10
R = TypeVar("R")


def offered(
    records: Sequence[R], shown: Callable[[R], Mapping[str, Any]], most: int = MOST_CANDIDATES
) -> dict[str, Any]:
    """Build the details with which a refusal offers records, and count those beyond `most`."""
    candidates = [
        {name: value for name, value in shown(record).items() if value is not None}
        for record in records[:most]
    ]
    left_out = len(records) - len(candidates)
    return {"candidates": candidates} | ({"candidates_left_out": left_out} if left_out else {})


class GatewayError(Exception):
    """An error of a call. `code` is stable and for programs, `message` is for the model and the person.

    `details["candidates"]`, if present, is a list of records made by `offered`. Only these contain texts that
    people wrote, and the texts are cleaned. `question` is what the person can be asked to lift the refusal.
    """

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, *, question: Question | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.question = question
        self.details: Mapping[str, Any] = details


class Refusal(GatewayError):
    code = "refused"


class UnknownTool(Refusal):
    code = "unknown_tool"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no tool named {name[:128]!r}.")


class InsufficientScope(Refusal):
    """The connection lacks a scope. `scopes` is everything that this call needs (RFC 6750 §3.1)."""

    code = "insufficient_scope"

    def __init__(self, message: str, scopes: tuple[str, ...]) -> None:
        super().__init__(message, scopes=list(scopes))
        self.scopes = scopes


class WritesPaused(Refusal):
    """All writes are paused. `details` name the administrator and the time, in ISO 8601."""

    code = "writes_paused"

    def __init__(self, by: str, since: dt.datetime) -> None:
        super().__init__(
            "All writes by assistants are paused in this company (paused_by, paused_since). Nothing was "
            "written; reading still works. Tell the person, and do not try again by yourself: an "
            "administrator resumes them under Configuration > Security.",
            paused_by=by,
            paused_since=since.isoformat(timespec="seconds"),
        )


class NotPermitted(Refusal):
    code = "not_permitted"


class ForbiddenByAdministrator(Refusal):
    """An administrator's ceiling leaves the tool out. `details["rule"]` names the rule."""

    code = "forbidden_by_administrator"


class MustAskFirst(Refusal):
    """An administrator wants the person to be asked before each use, so the person decides."""

    code = "must_ask_first"


class TooManyRecords(Refusal):
    """One write would change more records than an administrator allows."""

    code = "too_many_records"


class InvalidArguments(Refusal):
    """The arguments are invalid. `details["fields"]` is a list of {field, problem} without the values."""

    code = "invalid_arguments"


NOT_ACCEPTED = "was not accepted"


class FieldsRefused(InvalidArguments):
    """The upstream refused some fields. They have the upstream's names until the tool translates them."""

    def __init__(self, fields: Sequence[Mapping[str, str]]) -> None:
        told = dict.fromkeys(
            field["field"] if field["problem"] == NOT_ACCEPTED else f"{field['field']} ({field['problem']})"
            for field in fields
        )
        super().__init__(
            f"Fracttal One did not accept: {', '.join(told)}. Change that and try again."
            if told
            else (
                "Fracttal One did not accept one of the values and did not say which. Check each of them "
                "with the person; if none is wrong, an administrator can check in Fracttal One."
            ),
            fields=[dict(field) for field in fields],
        )

    def renamed(self, ours: Mapping[str, str]) -> FieldsRefused:
        """Return the refusal with our field names, by `ours`. `items.0.code` is named by its list."""
        return FieldsRefused(
            [
                {**field, "field": ours.get(name) or ours.get(name.partition(".")[0], name)}
                for field in self.details["fields"]
                for name in (field["field"],)
            ]
        )

    def only(self, arguments: Collection[str]) -> FieldsRefused:
        """Return the refusal without fields that are no arguments of the tool."""
        return FieldsRefused(
            [field for field in self.details["fields"] if field["field"].partition(".")[0] in arguments]
        )


class NotFound(Refusal):
    code = "not_found"


class Ambiguous(Refusal):
    """Several records fit. `details["candidates"]` lists them."""

    code = "ambiguous"


class LooksLikeDuplicate(Refusal):
    """A similar record is open. `details["candidates"]` lists what exists."""

    code = "looks_like_a_duplicate"


class LooksUnusual(Refusal):
    """A value that cannot be undone looks like a mistake, so the person decides."""

    code = "looks_unusual"


class NeedsManyCalls(Refusal):
    """The call would take much of the company's budget, so the person decides. `calls` is the number."""

    code = "needs_many_calls"


class IdempotencyConflict(Refusal):
    code = "idempotency_conflict"


class RateLimited(Refusal):
    code = "rate_limited"

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds)


class Failure(GatewayError):
    code = "failed"


class UpstreamUnavailable(Failure):
    code = "upstream_unavailable"


class UpstreamTimeout(Failure):
    code = "upstream_timeout"


class UpstreamRejected(Failure):
    code = "upstream_rejected"


class UpstreamNotUnderstood(Failure):
    code = "upstream_not_understood"


class OutcomeUnknown(Failure):
    code = "outcome_unknown"


class PartlyDone(OutcomeUnknown):
    """One of two writes was done and the other was not. The details say which, and how to continue."""

    code = "partly_done"


class NotConnected(Failure):
    code = "not_connected"


class WrongCompany(Failure):
    code = "wrong_company"


class InternalError(Failure):
    code = "internal_error"
