"""The Python SDK's own client: discover, 401, metadata, PKCE, consent, token, list, read, write."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl

from tests.clients import journey
from tests.process.person import Person
from tests.process.server import Server

CALLBACK = "http://127.0.0.1:9401/callback"


class Storage:
    """Stores the entered client id and secret, and the tokens of the session."""

    def __init__(self, consumer: dict[str, Any], method: str) -> None:
        self.tokens: OAuthToken | None = None
        self.client = OAuthClientInformationFull(
            client_id=consumer["key"],
            client_secret=consumer["secret"],
            redirect_uris=[AnyUrl(CALLBACK)],
            token_endpoint_auth_method=method,
        )

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


def provider(server: Server, storage: Storage, person: Person, **decision: bool) -> OAuthClientProvider:
    sent_back: dict[str, str] = {}

    async def open_browser(address: str) -> None:
        sent_back["to"] = await asyncio.to_thread(person.decide, address, **decision)

    async def read_callback() -> AuthorizationCodeResult:
        query = parse_qs(urlsplit(sent_back["to"]).query)
        return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0], iss=query["iss"][0])

    return OAuthClientProvider(
        server_url=server.mcp_url,
        client_metadata=OAuthClientMetadata(redirect_uris=[AnyUrl(CALLBACK)], client_name="Python SDK"),
        storage=storage,
        redirect_handler=open_browser,
        callback_handler=read_callback,
    )


@pytest.mark.parametrize(
    ("mode", "method"),
    [
        ("auto", "client_secret_basic"),
        ("legacy", "client_secret_post"),
        ("2026-07-28", "client_secret_basic"),
    ],
)
async def test_connects_reads_and_writes(server: Server, mode: Any, method: str) -> None:
    consumer = server.create_consumer(f"Python {mode}", CALLBACK)
    storage = Storage(consumer, method)
    auth = provider(server, storage, Person("planner@demo.example"))
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(server.mcp_url, http_client=http), mode=mode) as client,
    ):
        assert client.protocol_version == ("2025-11-25" if mode == "legacy" else "2026-07-28")
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == journey.TOOLS
        read = await client.call_tool(*journey.READ)
        assert not read.is_error, read.content
        journey.check_read(read.structured_content)
        written = await client.call_tool(*journey.write(f"python {mode}"))
        assert not written.is_error, written.content
        journey.check_write(written.structured_content)
    assert storage.tokens is not None
    assert set((storage.tokens.scope or "").split()) >= {"maintenance:read", "maintenance:write"}


async def test_writing_left_out_on_the_consent_page_stays_out(server: Server) -> None:
    consumer = server.create_consumer("Python read only", CALLBACK)
    storage = Storage(consumer, "client_secret_basic")
    auth = provider(server, storage, Person("planner@demo.example"), write=False)
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(server.mcp_url, http_client=http), mode="auto") as client,
    ):
        journey.check_read((await client.call_tool(*journey.READ)).structured_content)
    assert storage.tokens is not None
    granted = set((storage.tokens.scope or "").split())
    assert "maintenance:read" in granted
    assert "maintenance:write" not in granted


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_refused_step_up_leaves_the_session_alive(server: Server, mode: Any) -> None:
    """The SDK asks once for more rights and ends the session when it is refused a second time (D14)."""
    consumer = server.create_consumer(f"Python without writing {mode}", CALLBACK)
    auth = provider(
        server, Storage(consumer, "client_secret_basic"), Person("planner@demo.example"), write=False
    )
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(server.mcp_url, http_client=http), mode=mode) as client,
    ):
        listed = {tool.name for tool in (await client.list_tools()).tools}
        assert "whoami" in listed
        assert not any(name.startswith(("create_", "update_", "cancel_", "add_")) for name in listed)
        written = await client.call_tool(*journey.write("python refused"))
        assert written.is_error
        assert "connect again and allow it" in str(written.content)
        journey.check_read((await client.call_tool(*journey.READ)).structured_content)
