"""Parses answers of the contract, and turns errors into the call's errors."""

from __future__ import annotations

import contextlib
import email.utils
import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
import orjson

from mcp_gateway.calls.errors import (
    FieldsRefused,
    GatewayError,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    UpstreamNotUnderstood,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from mcp_gateway.upstream import refusals
from mcp_gateway.upstream.gaps import Gaps

RESET_HEADERS = ("ratelimit-reset", "request-call-limit-reset", "retry-after")
DEFAULT_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 300
MOST_ROWS = 10**12  # of a list; a larger total is not credible

LOST_WRITE = (
    "The write was sent and its answer never came. Check whether the record exists before trying again."
)
IN_ITS_PLACE = (
    "Something other than Fracttal One answered and refused the request, probably a firewall "
    "or a proxy. Try again in a few minutes; if it happens again, an administrator has to "
    "check the route to Fracttal One."
)
_COMPANY = re.compile(rb'"id_company"\s*:\s*"?(\d{1,18})')
_FIELD = re.compile(r"[A-Za-z0-9_.]{1,64}")
_NOT_UNDERSTOOD = "Fracttal One gave an answer that could not be understood."


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Envelope:
    """A successful answer.

    `raw` is the undecoded `data`, so that only the code that knows its rows decodes it.

    `resource` is the requested resource; `gaps` collects what of the answer could not be read.
    """

    raw: bytes | msgspec.Raw = b"null"
    total: int | None = None
    resource: str = ""
    gaps: Gaps = field(default_factory=Gaps)

    @cached_property
    def data(self) -> Any:
        try:
            return orjson.loads(bytes(self.raw))
        except orjson.JSONDecodeError:
            raise UpstreamNotUnderstood(_NOT_UNDERSTOOD) from None

    @property
    def entries(self) -> list[Any]:
        """Return the content of `data` as a list, whether it came as a list, one object or nothing."""
        if isinstance(self.data, list):
            return self.data
        if self.data is None:
            return []
        if isinstance(self.data, dict):
            return [self.data]
        raise UpstreamNotUnderstood(_NOT_UNDERSTOOD)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the objects of `data`. Raises UpstreamNotUnderstood if it contains anything else."""
        if not all(isinstance(row, dict) for row in self.entries):
            raise UpstreamNotUnderstood(_NOT_UNDERSTOOD)
        return self.entries


class _Outside(msgspec.Struct):
    """The envelope with `data` left undecoded."""

    success: bool
    data: msgspec.Raw = msgspec.Raw(b"null")
    total: Any = None


_outside = msgspec.json.Decoder(_Outside)


def understood(answer: Answer, *, is_write: bool, bare: str | None = None) -> Envelope:
    """Return the envelope of a success, or raise the error that the answer means. The caller handles 401.

    Some writes answer with the record alone, without an envelope; `bare` names a key that it then has.
    """
    status = answer.status
    if status == 404 and not is_write:
        if _json(answer) is None:  # the page of another server must not count as "nothing found"
            raise UpstreamNotUnderstood(_NOT_UNDERSTOOD)
        return Envelope(total=0)
    if 200 <= status < 300:
        if bare is not None and bare in (_json(answer) or {}):
            return Envelope(msgspec.Raw(answer.body))
        return _success(answer, is_write=is_write)
    raise _refusal(answer, is_write=is_write)


def is_envelope(answer: Answer) -> bool:
    """Say whether the API itself may have sent this answer, rather than a firewall."""
    return _json(answer) is not None


def lacks_permission(answer: Answer) -> bool:
    """Say whether this is a 401 for a missing right, which a fresh credential would not change."""
    return answer.status == 401 and _message(_json(answer)) == "UNAUTHORIZED_ENDPOINT"


def not_permitted() -> NotPermitted:
    return NotPermitted(
        "Fracttal One does not let this person do that. An administrator can grant the permission."
    )


def from_another_company(answer: Answer, company_id: int | None) -> bool:
    """Say whether a record in the answer names another company (security case 212).

    The bytes are searched. This is safe, because a quotation mark within a text is escaped with a backslash.
    """
    return any(int(found) != company_id for found in _COMPANY.findall(answer.body))


def _json(answer: Answer) -> dict[str, Any] | None:
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _message(body: dict[str, Any] | None) -> str:
    """Return the envelope's message; some pages of the contract spell it `mensaje`."""
    message = (body or {}).get("message", (body or {}).get("mensaje"))
    return message if isinstance(message, str) else ""


def _success(answer: Answer, *, is_write: bool) -> Envelope:
    try:
        outside = _outside.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise OutcomeUnknown(LOST_WRITE) if is_write else UpstreamNotUnderstood(_NOT_UNDERSTOOD) from None
    if not outside.success:
        body = _json(answer)
        if _message(body) == "UNAUTHORIZED_ENDPOINT":
            raise not_permitted()
        raise _rejected(body)
    envelope = Envelope(outside.data, _total(outside.total))
    if is_write:
        try:
            len(envelope.rows)
        except UpstreamNotUnderstood:
            raise OutcomeUnknown(LOST_WRITE) from None
    return envelope


def _total(value: object) -> int | None:
    """Return the total, None if it is no credible count. A huge number would not fit into JSON either."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        total = int(value)
    except (ValueError, OverflowError):
        return None
    return total if 0 <= total <= MOST_ROWS else None


def _refusal(answer: Answer, *, is_write: bool) -> GatewayError:
    status = answer.status
    if status in (406, 429):
        return out_of_budget(wait_seconds(answer.headers))
    if status == 403:
        return not_permitted() if is_envelope(answer) else UpstreamUnavailable(IN_ITS_PLACE)
    if status == 404:
        return NotFound("There is no such record in Fracttal One, or this person may not see it.")
    if status == 408:
        # The contract's status for "already exists" after a write. For a read it means a timeout, as in HTTP.
        return (
            UpstreamRejected("Fracttal One already has that record; nothing was written.")
            if is_write
            else UpstreamTimeout("Fracttal One took too long. Try again in a moment.")
        )
    if status in (400, 409):
        return _rejected(_json(answer), bad_request=status == 400)
    if status >= 500:
        # The write may have been committed before the error.
        return OutcomeUnknown(LOST_WRITE) if is_write else _unavailable()
    if 300 <= status < 400:
        return UpstreamNotUnderstood("Fracttal One answered with a redirect, which is not followed.")
    return UpstreamRejected("Fracttal One refused the request.", status=status)


def _unavailable() -> UpstreamUnavailable:
    return UpstreamUnavailable("Fracttal One had an error. Try again in a moment.")


def _rejected(body: dict[str, Any] | None, *, bad_request: bool = False) -> GatewayError:
    """Build a refusal in our own words. Of the upstream's texts only field names are repeated."""
    fields = _invalid_fields(body)
    if fields:
        return FieldsRefused(fields)
    for text in (*_errors(body), _message(body)):
        if known := refusals.reason(text):
            return UpstreamRejected(f"{known} Nothing was written.")
    return UpstreamRejected(
        "Fracttal One did not accept the request: something that it refers to is missing or not allowed."
        if bad_request
        else "Fracttal One understood the request and refused it."
    )


def _entries(body: dict[str, Any] | None) -> list[dict[str, Any]]:
    data = (body or {}).get("data")
    return [entry for entry in data[:20] if isinstance(entry, dict)] if isinstance(data, list) else []


def _errors(body: dict[str, Any] | None) -> list[str]:
    return [entry["ERROR"] for entry in _entries(body) if isinstance(entry.get("ERROR"), str)]


def _invalid_fields(body: dict[str, Any] | None) -> list[dict[str, str]]:
    found = []
    for entry in _entries(body):
        fields = entry.get("invalid_fields")
        for told in fields[:20] if isinstance(fields, list) else []:
            name = told.get("field") if isinstance(told, dict) else None
            if isinstance(name, str) and _FIELD.fullmatch(name):
                problem = refusals.problem(told.get("field_message"))
                found.append({"field": name, "problem": problem})
    return found


def out_of_budget(seconds: int) -> RateLimited:
    return RateLimited(
        f"The company's budget of calls to Fracttal One is used up. Wait {seconds} seconds.", seconds
    )


def first_number(headers: Mapping[str, str], names: Sequence[str]) -> float | None:
    """Return the first finite number among these headers; each of them also has an older spelling."""
    for name in names:
        with contextlib.suppress(ValueError):
            number = float(headers.get(name, ""))
            if math.isfinite(number):
                return number
    return None


def wait_seconds(headers: Mapping[str, str]) -> int:
    """Return how long the upstream wants us to wait, between 1 second and 5 minutes."""
    for name in RESET_HEADERS:
        value = headers.get(name, "").strip()
        if not value:
            continue
        try:
            seconds = float(value)
        except ValueError:
            try:
                seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
            except (ValueError, TypeError, OverflowError):
                continue
        if seconds != seconds:  # NaN
            continue
        return int(min(LONGEST_WAIT_SECONDS, max(1, seconds)))
    return DEFAULT_WAIT_SECONDS
