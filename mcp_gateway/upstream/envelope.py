"""Answers of the contract, and what each of them means for a call."""

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
MOST_ROWS = 10**12  # of a list: a total above it counts nothing

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
    """One HTTP answer; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Envelope:
    """A success: `raw` is `data` as it came, so that it is read once, by who knows its rows.

    `resource` is what was asked, and `gaps` takes what of its answer cannot be read.
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
        """What `data` holds, whether it came as a list, one object or nothing."""
        if isinstance(self.data, list):
            return self.data
        if self.data is None:
            return []
        if isinstance(self.data, dict):
            return [self.data]
        raise UpstreamNotUnderstood(_NOT_UNDERSTOOD)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects of `data`; nothing else may be among them."""
        if not all(isinstance(row, dict) for row in self.entries):
            raise UpstreamNotUnderstood(_NOT_UNDERSTOOD)
        return self.entries


class _Outside(msgspec.Struct):
    """The envelope without a look into `data`."""

    success: bool
    data: msgspec.Raw = msgspec.Raw(b"null")
    total: Any = None


_outside = msgspec.json.Decoder(_Outside)


def understood(answer: Answer, *, is_write: bool, bare: str | None = None) -> Envelope:
    """The envelope of a success; raises what anything else means. 401 is the caller's to handle.

    Some writes answer with the record alone, without an envelope: `bare` is a key that it then has.
    """
    status = answer.status
    if status == 404 and not is_write:
        if (
            _json(answer) is None
        ):  # the page of some other server is not the word of the API: no "nothing found"
            raise UpstreamNotUnderstood(_NOT_UNDERSTOOD)
        return Envelope(total=0)
    if 200 <= status < 300:
        if bare is not None and bare in (_json(answer) or {}):
            return Envelope(msgspec.Raw(answer.body))
        return _success(answer, is_write=is_write)
    raise _refusal(answer, is_write=is_write)


def is_envelope(answer: Answer) -> bool:
    """Whether the API itself may have said it: a firewall answers in its own words."""
    return _json(answer) is not None


def lacks_permission(answer: Answer) -> bool:
    """A 401 that a fresh credential would not cure."""
    return answer.status == 401 and _message(_json(answer)) == "UNAUTHORIZED_ENDPOINT"


def not_permitted() -> NotPermitted:
    return NotPermitted(
        "Fracttal One does not let this person do that. An administrator can grant the permission."
    )


def from_another_company(answer: Answer, company_id: int | None) -> bool:
    """Whether a record in it names a company other than this one (security case 212).

    Read off the bytes: within a text of the answer each quotation mark has a backslash before it.
    """
    return any(int(found) != company_id for found in _COMPANY.findall(answer.body))


def _json(answer: Answer) -> dict[str, Any] | None:
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _message(body: dict[str, Any] | None) -> str:
    """Some pages of the contract spell it `mensaje`."""
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
    """None where it is no count: of a number beyond all plants nothing may be made, by JSON neither."""
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
        # The contract's word for "exists already", to a write; to a read it is what it means elsewhere.
        return (
            UpstreamRejected("Fracttal One already has that record; nothing was written.")
            if is_write
            else UpstreamTimeout("Fracttal One took too long. Try again in a moment.")
        )
    if status in (400, 409):
        return _rejected(_json(answer), bad_request=status == 400)
    if status >= 500:
        # A write may have been committed before the error.
        return OutcomeUnknown(LOST_WRITE) if is_write else _unavailable()
    if 300 <= status < 400:
        return UpstreamNotUnderstood("Fracttal One answered with a redirect, which is not followed.")
    return UpstreamRejected("Fracttal One refused the request.", status=status)


def _unavailable() -> UpstreamUnavailable:
    return UpstreamUnavailable("Fracttal One had an error. Try again in a moment.")


def _rejected(body: dict[str, Any] | None, *, bad_request: bool = False) -> GatewayError:
    """In our words: the texts of the upstream are not repeated, only the names of fields."""
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
    """Of the first of these headers that holds one, finite; each of them has an older spelling."""
    for name in names:
        with contextlib.suppress(ValueError):
            number = float(headers.get(name, ""))
            if math.isfinite(number):
                return number
    return None


def wait_seconds(headers: Mapping[str, str]) -> int:
    """How long the upstream wants us to wait, held between 1 second and 5 minutes."""
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
        if seconds != seconds:  # not a number
            continue
        return int(min(LONGEST_WAIT_SECONDS, max(1, seconds)))
    return DEFAULT_WAIT_SECONDS
