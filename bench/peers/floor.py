"""The raw floor: the same work and bytes with no protocol, no rights, no validation, no audit."""

from __future__ import annotations

from typing import Any

import orjson
from work import INPUT, credential, work_orders

LIST = orjson.dumps({"tools": [{"name": "list_work_orders", "inputSchema": INPUT}] * 14})


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
        message = orjson.loads(body)
        if message["method"] == "tools/list":
            result: Any = orjson.Fragment(LIST)
        else:
            data = await work_orders(message["params"]["arguments"]["limit"], shown)
            text = {"type": "text", "text": orjson.dumps(data).decode()}
            result = {"content": [text], "structuredContent": data, "isError": False}
        status, answer = 200, orjson.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
