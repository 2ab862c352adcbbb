"""The Python SDK's client, which discovers that it may use the URL of its document as client id."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientMetadata,
)
from pydantic import AnyUrl

from tests.consumers.programs import Publisher, publishing
from tests.consumers.sdk_storage import Storage
from tests.process.databases import copied, free_port, wait_for_port
from tests.process.person import Person
from tests.process.prepared import migrated_sqlite
from tests.process.server import DATABASE, ROOT, Server

CALLBACK = "http://localhost:53682/callback"
EMAIL, PASSWORD = "admin@documents.example", "documents-only-password"


@pytest.fixture
def document(tmp_path: Path) -> Iterator[Publisher]:
    with publishing(tmp_path) as publisher:
        yield publisher


@pytest.fixture
def product(document: Publisher, tmp_path: Path) -> Iterator[Server]:
    """The product with a company whose administrator allows the program."""
    port = free_port()
    url = f"http://localhost:{port}"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "VAR_DIR": str(tmp_path),
        "PUBLIC_URL": url,
        "DEMO_PLANT": "0",
        "PUBLISHER_CERTIFICATE": str(document.certificate),
    }
    server = Server(url, environment, tmp_path / "server.log")
    copied(migrated_sqlite(), tmp_path / DATABASE)
    server.manage(
        "create_company", "--name", "Documents", "--slug", "demo",
        "--admin-email", EMAIL, "--password-stdin", standard_input=PASSWORD + "\n",
    )  # fmt: skip
    server.manage(
        "create_consumer", "--company", "demo", "--name", "SDK", "--grant", "authorization-code",
        "--group", "Administrators", "--metadata-url", document.url,
    )  # fmt: skip
    with server.log.open("wb") as output:
        serving = subprocess.Popen(
            [
                sys.executable, "-m", "uvicorn", "tests.consumers.document_application:application",
                "--port", str(port), "--no-access-log",
            ],
            cwd=ROOT, env=environment, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        wait_for_port(port, serving, seconds=60)
        yield server
    finally:
        serving.terminate()
        serving.wait(20)


@pytest.mark.timeout(180)
async def test_connects_with_no_key_and_no_secret(product: Server, document: Publisher) -> None:
    """docs/reference/mcp.md#client-id-metadata-documents: with the document's `localhost` on another port."""
    storage = Storage()
    auth = provider(product, storage, document.url)
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(product.mcp_url, http_client=http), mode="auto") as client,
    ):
        assert (await client.list_tools()).tools
        answer = await client.call_tool("whoami", {})
        assert not answer.is_error, answer.content
    assert storage.client is not None
    assert (storage.client.client_id, storage.client.client_secret) == (document.url, None)
    assert len(document.asked) == 1


def provider(server: Server, storage: Storage, document: str) -> OAuthClientProvider:
    sent_back: dict[str, str] = {}

    async def open_browser(address: str) -> None:
        person = Person(EMAIL, PASSWORD)
        sent_back["to"] = await asyncio.to_thread(person.decide, address)
        person.browser.close()

    async def read_callback() -> AuthorizationCodeResult:
        assert sent_back["to"].startswith(f"{CALLBACK}?")
        query = parse_qs(urlsplit(sent_back["to"]).query)
        return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0], iss=query["iss"][0])

    return OAuthClientProvider(
        server_url=server.mcp_url,
        client_metadata=OAuthClientMetadata(redirect_uris=[AnyUrl(CALLBACK)], client_name="Python SDK"),
        storage=storage,
        redirect_handler=open_browser,
        callback_handler=read_callback,
        client_metadata_url=document,
    )
