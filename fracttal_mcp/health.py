"""/livez and /readyz, for load balancers and monitors. They need no sign-in and answer only yes or no.

They are answered before Django checks the Host header, because monitors use the machine's address instead of
its public name.
"""

from __future__ import annotations

import asyncio
import logging

from django.db import DatabaseError, connection

from mcp_gateway.http.asgi import Send

logger = logging.getLogger(__name__)

LIVE, READY = "/livez", "/readyz"
PATIENCE_SECONDS = 3


async def answer(path: str, send: Send) -> None:
    """Answer 200; /readyz answers 503 while calls could not be answered."""
    fine = path == LIVE or await _ready()
    body = b"ok" if fine else b"not ready"
    headers = [
        (b"cache-control", b"no-store"),
        (b"content-type", b"text/plain"),
        # without a length the answer is chunked, which HTTP/1.0 does not have
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200 if fine else 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _ready() -> bool:
    """Say whether the database answers; without it no call can be recorded in the audit log."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.to_thread(_ask_database)
    except (DatabaseError, TimeoutError) as error:
        logger.warning("not ready: the database does not answer (%s)", type(error).__name__)
        return False
    return True


def _ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()  # this thread may never serve another request
