"""/livez and /readyz, for load balancers and monitors. They need no sign-in and answer only yes or no.

They are answered before Django looks at the request: what watches asks by the address of the machine, not by
the name that people use.
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
    """200, or from /readyz 503 while calls could not be answered."""
    fine = path == LIVE or await _ready()
    body = b"ok" if fine else b"not ready"
    headers = [
        (b"cache-control", b"no-store"),
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(body)).encode()),  # or the answer comes in chunks, which HTTP/1.0 has not
    ]
    await send({"type": "http.response.start", "status": 200 if fine else 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _ready() -> bool:
    """Whether the database answers: no call is answered without its audit row."""
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
        connection.close()  # the thread may never serve another request
