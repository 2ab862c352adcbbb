"""HTTP requests to Fracttal One outside of tool calls: to get tokens and to find out whose they are."""

from __future__ import annotations

import base64
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from consumers.outbound.addresses import resolve
from consumers.outbound.client import Exchange

TOTAL_SECONDS = 8.0
BODY_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body, or {} if it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def post_form(url: str, fields: dict[str, str], *, key: str, secret: str) -> Reply:
    """Post a form with HTTP Basic; key and secret are form-encoded first (RFC 6749 §2.3.1).

    Raises Unreachable, NoReply.
    """
    pair = f"{quote(key, safe='')}:{quote(secret, safe='')}".encode()
    headers = {
        "Authorization": "Basic " + base64.b64encode(pair).decode(),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return _send("POST", url, headers, urlencode(fields).encode())


def get(url: str, *, token: str) -> Reply:
    """Send a GET request with a bearer token. Raises Unreachable, NoReply."""
    return _send("GET", url, {"Authorization": f"Bearer {token}"}, None)


def _send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply:
    exchange = Exchange(resolve, ssl.create_default_context(), TOTAL_SECONDS)
    reply = exchange.send(method, url, headers, body, limit=BODY_LIMIT)
    return Reply(reply.status, reply.body)
