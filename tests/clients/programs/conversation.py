"""The protocol between the runner and the program of one client: lines of JSON in both directions.

Programs import this in their own environments, with old and new versions of the SDK.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

MCP_URL = os.environ["MCP_URL"]
KEY, SECRET = os.environ["KEY"], os.environ["SECRET"]
CALLBACK = os.environ["CALLBACK"]
TOKEN = os.environ.get("TOKEN", "")


def say(**what: Any) -> None:
    print(json.dumps(what, default=str), flush=True)


def hear() -> dict[str, Any]:
    line = sys.stdin.readline()
    if not line:
        raise SystemExit("the runner has gone")
    heard: dict[str, Any] = json.loads(line)
    return heard


def browse(address: str) -> str:
    """Ask the runner to open a URL. Return the address to which the browser was sent back."""
    say(open=address)
    answer = hear()
    if "callback" not in answer:
        raise PermissionError("the person did not sign in again")
    return str(answer["callback"])


def _shortened(text: str) -> str:
    return text if len(text) < 2400 else f"{text[:400]} … {text[-2000:]}"


async def serve(
    list_tools: Callable[[], Awaitable[list[str]]],
    call: Callable[[str, dict[str, Any]], Awaitable[Any]],
) -> None:
    """Report that the client is connected, then carry out the runner's steps until it sends `end`."""
    say(ready=True)
    while True:
        asked = await asyncio.to_thread(hear)
        try:
            if asked["step"] == "list":
                say(tools=await list_tools())
            elif asked["step"] == "call":
                say(result=await call(asked["tool"], asked["arguments"]))
            else:
                return
        except Exception:  # noqa: BLE001 - the runner is told
            say(error=_shortened(traceback.format_exc()))


def provider(method: str = "client_secret_basic") -> Any:
    """Build the Python SDK's OAuth provider with a given key and secret, for both generations of the SDK."""
    from mcp.client.auth import OAuthClientProvider
    from mcp.shared import auth
    from pydantic import AnyUrl

    class Storage:
        def __init__(self) -> None:
            self.tokens: Any = None
            self.client: Any = auth.OAuthClientInformationFull(
                client_id=KEY,
                client_secret=SECRET,
                redirect_uris=[AnyUrl(CALLBACK)],
                token_endpoint_auth_method=method,
            )

        async def get_tokens(self) -> Any:
            return self.tokens

        async def set_tokens(self, tokens: Any) -> None:
            self.tokens = tokens

        async def get_client_info(self) -> Any:
            return self.client

        async def set_client_info(self, client_info: Any) -> None:
            self.client = client_info

    sent_back: dict[str, str] = {}

    async def open_browser(address: str) -> None:
        sent_back["to"] = await asyncio.to_thread(browse, address)

    async def read_callback() -> Any:
        query = {name: values[0] for name, values in parse_qs(urlsplit(sent_back["to"]).query).items()}
        result = getattr(auth, "AuthorizationCodeResult", None)
        if result is None:
            return query["code"], query["state"]
        return result(code=query["code"], state=query["state"], iss=query.get("iss"))

    return OAuthClientProvider(
        server_url=MCP_URL,
        client_metadata=auth.OAuthClientMetadata(redirect_uris=[AnyUrl(CALLBACK)], client_name="Test"),
        storage=Storage(),
        redirect_handler=open_browser,
        callback_handler=read_callback,
    )


def plain(result: Any) -> Any:
    """Return the structured part of an SDK result, or its text."""
    found = getattr(result, "structuredContent", None) or getattr(result, "structured_content", None)
    if found is not None:
        return found
    return "".join(getattr(block, "text", "") for block in result.content)
