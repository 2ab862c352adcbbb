"""The product with a log of every request: what a client really sends, without secrets, codes and tokens.

The file that RECORD names gets one line of JSON per request. Access tokens of people expire after the
number of seconds in the file that LIFETIME names, so that each client has to refresh.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fracttal_mcp.asgi import application as product  # isort: skip - sets Django up
from consumers.oauth import token_storing
from mcp_gateway.http.asgi import Receive, Send

RECORD, LIFETIME = Path(os.environ["RECORD"]), Path(os.environ["LIFETIME"])
OF_AUTHORIZE = ("scope", "resource", "redirect_uri", "code_challenge_method", "prompt")
OF_TOKEN = ("grant_type", "scope", "resource")


async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        await product(scope, receive, send)
        return
    token_storing.ACCESS_LIFETIME = dt.timedelta(seconds=int(LIFETIME.read_text("ascii")))  # noqa: ASYNC240
    body = bytearray()
    status = 0

    async def hearing() -> Any:
        message = await receive()
        body.extend(message.get("body", b""))
        return message

    async def saying(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    await product(scope, hearing, saying)
    note = {"method": scope["method"], "path": scope["path"], "status": status} | _said(scope, bytes(body))
    with RECORD.open("a", encoding="utf-8") as record:  # noqa: ASYNC230 - a line in a test
        record.write(json.dumps(note) + "\n")


def _said(scope: MutableMapping[str, Any], body: bytes) -> dict[str, Any]:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["path"] == "/oauth/authorize" and scope["method"] == "GET":
        return _chosen(scope["query_string"].decode("latin-1"), OF_AUTHORIZE)
    if scope["path"] == "/oauth/token":
        text = body.decode("utf-8", "replace")
        return _chosen(text, OF_TOKEN) | {"authentication": _authentication(headers, text)}
    if scope["path"].startswith("/mcp/"):
        sent = _json(body)
        return {
            "rpc": sent.get("method"),
            "protocol": headers.get("mcp-protocol-version", ""),
            "accept": headers.get("accept", ""),
            "user_agent": headers.get("user-agent", ""),
            "client": _client_info(sent),
        }
    return {}


def _chosen(form: str, names: tuple[str, ...]) -> dict[str, str]:
    sent = parse_qs(form, keep_blank_values=True)
    return {name: " ".join(sent[name]) for name in names if name in sent}


def _authentication(headers: dict[str, str], form: str) -> str:
    kind, _, pair = headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        return "basic" if b":" in base64.b64decode(pair) else "basic, malformed"
    return "post" if "client_secret" in parse_qs(form) else "none"


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _client_info(sent: dict[str, Any]) -> str:
    params = sent.get("params") or {}
    info = (
        params.get("clientInfo")
        or (params.get("_meta") or {}).get("io.modelcontextprotocol/clientInfo")
        or {}
    )
    return f"{info['name']} {info.get('version', '')}".strip() if info.get("name") else ""
