"""Opaque cursors: where the next page begins, sealed for one caller, tool and question."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import orjson

from mcp_gateway.calls.errors import InvalidArguments

LIFETIME_SECONDS = 24 * 3600
MAX_LENGTH = 4096  # of what we make: a place of 120 characters can take 12 bytes for each
MAC_BYTES = 24

Position = Mapping[str, int | str]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@dataclass(frozen=True, slots=True, repr=False)
class Cursors:
    """Seals and opens the cursors of one caller.

    `owner` names company, user and consumer: a cursor of somebody else does not open, nor does one
    of another tool or of the same tool with other filters.
    """

    key: bytes
    owner: str

    def seal(self, tool: str, filters: Mapping[str, object], position: Position) -> str:
        payload = orjson.dumps([int(time.time()) + LIFETIME_SECONDS, dict(position)])
        return f"{_encode(payload)}.{_encode(self._mac(tool, filters, payload))}"

    def open(self, tool: str, filters: Mapping[str, object], cursor: str) -> Position:
        try:
            if len(cursor) > MAX_LENGTH or not cursor.isascii():
                raise ValueError
            sealed, _, mac = cursor.partition(".")
            payload = _decode(sealed)
            if not hmac.compare_digest(_decode(mac), self._mac(tool, filters, payload)):
                raise ValueError
            expires, position = orjson.loads(payload)
            if expires < time.time():
                raise ValueError
        except (ValueError, binascii.Error):
            raise InvalidArguments(
                "That cursor cannot be used: it belongs to another question, or it is too old. "
                "Call again with the same filters and without a cursor.",
                fields=[{"field": "cursor", "problem": "cannot be used"}],
            ) from None
        return cast("Position", position)

    def _mac(self, tool: str, filters: Mapping[str, object], payload: bytes) -> bytes:
        asked = orjson.dumps([self.owner, tool, filters], option=orjson.OPT_SORT_KEYS)
        message = hashlib.sha256(asked).digest() + payload
        return hmac.digest(self.key, message, "sha256")[:MAC_BYTES]
