"""The SDK's kernel without its transports: the body is decoded here, `serve_one` does the rest.

It is the fastest way the SDK has; its authors do not promise to keep it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import anyio
import orjson
from mcp.server.connection import Connection
from mcp.server.runner import serve_one
from mcp.shared.transport_context import TransportContext
from sdk import server, shown_now
from work import credential

META = "io.modelcontextprotocol/"
TRANSPORT = TransportContext(kind="streamable-http", can_send_request=False, headers={})


@dataclass
class Exchange:
    """What `serve_one` needs of a transport, for a request that sends nothing before its answer."""

    request_id: Any
    transport: Any = TRANSPORT
    message_metadata: Any = None
    progress_token: Any = None
    can_send_request: bool = False
    cancel_requested: Any = None

    def __post_init__(self) -> None:
        self.cancel_requested = anyio.Event()

    async def notify(self, method: str, params: Any, opts: Any = None) -> None: ...

    async def progress(self, progress: float, total: Any = None, message: Any = None) -> None: ...


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = (await receive()).get("body", b"")
    shown = credential(scope["headers"])
    status, answer = 401, b"{}"
    if shown:
        shown_now.set(shown)
        message = orjson.loads(body)
        meta = message["params"].get("_meta", {})
        version = meta.get(META + "protocolVersion", "2025-11-25")
        connection = Connection.from_envelope(version, None, meta.get(META + "clientCapabilities", {}))
        result = await serve_one(
            server, Exchange(message["id"]), message["method"], message["params"],
            connection=connection, lifespan_state={},
        )  # fmt: skip
        status, answer = 200, orjson.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
