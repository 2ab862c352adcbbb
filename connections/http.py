"""One HTTP request to Fracttal One outside of a tool call: tokens, and who stands behind one.

The address that was checked is the one connected to; no redirects, no proxies, a capped body; and a
clock that cuts the line, so that a server that drips holds nobody.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from consumers.outbound.addresses import resolve

TOTAL_SECONDS = 8.0
BODY_LIMIT = 1024 * 1024
MAX_ADDRESSES = 3


class Unreachable(Exception):
    """No connection was made: nothing was sent."""


class NoReply(Exception):
    """The request was sent, wholly or in part, and its answer never came whole."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The object of the body; {} for anything else."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def post_form(url: str, fields: dict[str, str], *, key: str, secret: str) -> Reply:
    """With HTTP Basic, each half quoted as RFC 6749 §2.3.1 has it."""
    pair = f"{quote(key, safe='')}:{quote(secret, safe='')}".encode()
    headers = {
        "Authorization": "Basic " + base64.b64encode(pair).decode(),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return _exchange("POST", url, headers, urlencode(fields).encode())


def get(url: str, *, token: str) -> Reply:
    return _exchange("GET", url, {"Authorization": f"Bearer {token}"}, None)


def _exchange(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    end = time.monotonic() + TOTAL_SECONDS
    line = _connect(host, port, end)
    connection = http.client.HTTPConnection(host, port)
    # Shutting a duplicate down ends the connection, handshake included.
    other_end = line.dup()
    late = threading.Event()
    clock = threading.Timer(max(0.0, end - time.monotonic()), _shut, [other_end, late])
    clock.daemon = True
    clock.start()
    try:
        if secure:
            try:
                line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
            except (OSError, ValueError):
                raise Unreachable from None
        connection.sock = line
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(
            method,
            path or "/",
            body=body,
            headers={"Accept": "application/json", "Connection": "close"} | headers,
        )
        with connection.getresponse() as answer:
            content = answer.read(BODY_LIMIT + 1)
            # What was cut, by us or by them, can look like an answer that is whole.
            if len(content) > BODY_LIMIT or answer.length or late.is_set():
                raise NoReply
            return Reply(answer.status, content)
    except (OSError, http.client.HTTPException, ValueError):
        raise NoReply from None
    finally:
        clock.cancel()
        other_end.close()
        connection.close()
        line.close()


def _connect(host: str, port: int, end: float) -> socket.socket:
    try:
        for address in resolve(host, port)[:MAX_ADDRESSES]:
            with contextlib.suppress(OSError):
                left = max(0.1, min(5.0, end - time.monotonic()))
                line = socket.create_connection((address, port), timeout=left)
                line.settimeout(TOTAL_SECONDS)
                return line
    except (OSError, UnicodeError):
        pass
    raise Unreachable


def _shut(line: socket.socket, late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(OSError):  # it may have ended by itself
        line.shutdown(socket.SHUT_RDWR)
