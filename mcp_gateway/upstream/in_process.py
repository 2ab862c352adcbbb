"""Sends requests to the embedded API without a socket.

The request goes straight to the view: what our middleware does is for screens and browsers, and the view
checks the token and the rights itself, as it does behind a socket.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from urllib.parse import unquote, urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpResponse
from django.urls import resolve
from django.utils import translation

from mcp_gateway.upstream.envelope import Answer
from mcp_gateway.upstream.http import BODY_LIMIT, TooLarge

logger = logging.getLogger(__name__)

THREADS = 4


class InProcess:
    """Answers in threads of its own with `threads`, and otherwise in the thread that waits for the answer.

    The server has threads of its own. The test client and WSGI have not: their requests belong to the
    database connection, and maybe the transaction, of the thread that waits.
    """

    def __init__(self, *, threads: bool) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="embedded-api") if threads else None
        self._answer = (
            sync_to_async(_answer_in_own_thread, thread_sensitive=False, executor=self._pool)
            if threads
            else sync_to_async(_answer)
        )
        self._running: set[asyncio.Task[Answer]] = set()

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        # A caller that gives up does not interrupt the API: the request finishes, as it would behind a
        # socket.
        task = asyncio.ensure_future(self._answer(_request(method, url, headers, body)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        answer = await asyncio.shield(task)
        if len(answer.body) > BODY_LIMIT:
            raise TooLarge
        return answer

    async def close(self) -> None:
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._pool is not None:
            self._pool.shutdown()


def _request(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> ASGIRequest:
    parts = urlsplit(url)
    sent = {**headers, "Host": urlsplit(settings.PUBLIC_URL).netloc}
    if body is not None:
        sent["Content-Length"] = str(len(body))
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode("ascii"),
        "query_string": parts.query.encode("ascii"),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()],
        "client": ("127.0.0.1", 0),
    }
    return ASGIRequest(scope, BytesIO(body or b""))


def _answer(request: ASGIRequest) -> Answer:
    try:
        with translation.override(settings.LANGUAGE_CODE):
            match = resolve(request.path_info)
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
            if not getattr(response, "is_rendered", True):
                response.render()  # type: ignore[attr-defined] # a template response, as all of REST framework
    except Exception:
        logger.exception("the embedded API failed")
        return Answer(500, {}, b"")
    received = {name.lower(): value for name, value in response.items()}
    return Answer(response.status_code, received, response.content)


def _answer_in_own_thread(request: ASGIRequest) -> Answer:
    try:
        return _answer(request)
    finally:
        if connection.vendor != "sqlite":  # a file stays open for the next request
            connection.close()  # return it to the pool
