"""`requestState` of multi-round-trip requests: opaque to the client, signed, and bound to one
caller, one request and ten minutes (docs/reference/mcp.md#multi-round-trip-requests)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

import orjson

LIFETIME_SECONDS = 600


class InvalidState(Exception):
    """Not ours, changed, too old, or of another caller or request."""


def seal(key: bytes, bound_to: tuple[object, ...], data: Mapping[str, Any]) -> str:
    content = orjson.dumps([int(time.time()) + LIFETIME_SECONDS, data])
    return f"{_text(content)}.{_text(_signature(key, bound_to, content))}"


def unseal(key: bytes, bound_to: tuple[object, ...], state: str) -> dict[str, Any]:
    try:
        content_text, signature_text = state.split(".")
        content, signature = _bytes(content_text), _bytes(signature_text)
    except ValueError:
        raise InvalidState from None
    if not hmac.compare_digest(signature, _signature(key, bound_to, content)):
        raise InvalidState
    expires, data = orjson.loads(content)
    if expires < time.time():
        raise InvalidState
    checked: dict[str, Any] = data
    return checked


def _signature(key: bytes, bound_to: tuple[object, ...], content: bytes) -> bytes:
    binding = hashlib.sha256(orjson.dumps(bound_to, option=orjson.OPT_SORT_KEYS)).digest()
    return hmac.new(key, b"request-state\0" + binding + content, hashlib.sha256).digest()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    value = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
    if _text(value) != text:
        raise ValueError("not canonical")
    return value
