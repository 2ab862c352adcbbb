"""The ASGI application: the MCP path goes to its own handler, everything else to Django."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import MutableMapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fracttal_mcp.settings")
django_application = get_asgi_application()

from django.conf import settings  # noqa: E402 - after the set-up of Django

from fracttal_mcp import health  # noqa: E402
from fracttal_mcp.parent_process import follow_parent  # noqa: E402
from fracttal_mcp.request_bodies import with_whole_body  # noqa: E402
from mcp_gateway.http.asgi import Receive, Send, serve  # noqa: E402
from mcp_gateway.runtime import runtime  # noqa: E402
from mcp_gateway.server import endpoint  # noqa: E402


async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] in (settings.MCP_PATH, f"{settings.MCP_PATH}/"):
        await serve(endpoint(), scope, receive, send)
    elif scope["type"] == "http" and scope["path"] in (health.LIVE, health.READY):
        await health.answer(scope["path"], send)
    else:
        await with_whole_body(django_application, dict(scope), receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    if settings.WORKERS > 1:
        follow_parent()
    await runtime().start()
    endpoint()
    # What is loaded by now stays in memory, so the garbage collector skips it. That saves a tenth of a call's
    # time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    # On a full disk Python 3.11 leaves half a file of a module that it compiles then, and every later import
    # of that module fails, also when there is space again.
    sys.dont_write_bytecode = True
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await runtime().close_loop()
    await asyncio.to_thread(runtime().stop)
    await send({"type": "lifespan.shutdown.complete"})
