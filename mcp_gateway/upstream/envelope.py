"""Answers of the contract, and what each of them means for a call."""

from __future__ import annotations

import contextlib
import email.utils
import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import orjson

from mcp_gateway.errors import (
    GatewayError,
    InvalidArguments,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    UpstreamNotUnderstood,
    UpstreamRejected,
    UpstreamUnavailable,
)

RESET_HEADERS = ("ratelimit-reset", "request-call-limit-reset", "retry-after")
DEFAULT_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 300

LOST_WRITE = (
    "The write was sent and its answer never came. Look whether the record is there before trying again."
)
_COMPANY = re.compile(rb'"id_company"\s*:\s*"?(\d{1,18})')
_NOT_UNDERSTOOD = "Fracttal One gave an answer that could not be understood."


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Envelope:
    """A success: `raw` is `data` as it came, so that it is read once, by who knows its rows."""

    raw: bytes | msgspec.Raw = b"null"
    total: int | None = None

    @cached_property
    def data(self) -> Any:
        try:
            return orjson.loads(bytes(self.raw))
        except orjson.JSONDecodeError:
            raise UpstreamNotUnderstood(_NOT_UNDERSTOOD) from None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects of `data`, whether it came as a list, one object or nothing."""
        rows = self.data if isinstance(self.data, list) else [] if self.data is None else [self.data]
        if not all(isinstance(row, dict) for row in rows):
            raise UpstreamNotUnderstood(_NOT_UNDERSTOOD)
        return rows


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
    except (msgspec.MsgspecError, RecursionError):
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
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return max(0, int(value))
    except (ValueError, OverflowError):
        return None


def _refusal(answer: Answer, *, is_write: bool) -> GatewayError:
    status = answer.status
    if status in (406, 429):
        return out_of_budget(wait_seconds(answer.headers))
    if status == 403:
        return not_permitted()
    if status == 404:
        return NotFound("There is no such record in Fracttal One, or not for this person.")
    if status == 408:  # the contract's word for "exists already"
        return UpstreamRejected("Fracttal One has that record already; nothing was written.")
    if status == 400:
        return _rejected(_json(answer), bad_request=True)
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
        return InvalidArguments(
            f"Fracttal One did not accept: {', '.join(fields)}. Change that and try again.",
            fields=[{"field": field, "problem": "was not accepted"} for field in fields],
        )
    return UpstreamRejected(
        "Fracttal One did not accept the request: something that it refers to is missing or not allowed."
        if bad_request
        else "Fracttal One understood the request and refused it."
    )


def _invalid_fields(body: dict[str, Any] | None) -> list[str]:
    data = (body or {}).get("data")
    names: list[str] = []
    for entry in data[:20] if isinstance(data, list) else []:
        fields = entry.get("invalid_fields") if isinstance(entry, dict) else None
        for field in fields[:20] if isinstance(fields, list) else []:
            name = field.get("field") if isinstance(field, dict) else None
            if isinstance(name, str) and name.isascii() and name.replace("_", "").isalnum():
                names.append(name[:64])
    return names


def out_of_budget(seconds: int) -> RateLimited:
    return RateLimited(
        f"The company's budget of calls to Fracttal One is spent. Wait {seconds} seconds.", seconds
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
