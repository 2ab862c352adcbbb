"""The clients of the Python and TypeScript SDKs without key or document: they register, wait and connect."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from pydantic import AnyUrl

from tests.clients.node import HERE, node, package
from tests.consumers.registrations.administrator import EMAIL, PASSWORD, allow_registration, approve
from tests.consumers.sdk_storage import Storage
from tests.process.commands import manage
from tests.process.databases import copied, free_port
from tests.process.person import Person
from tests.process.prepared import migrated_sqlite
from tests.process.server import ROOT, Server, started

CALLBACK = "http://127.0.0.1:53682/callback"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A new installation with one company and its administrator."""
    port, directory = free_port(), tmp_path_factory.mktemp("alone")
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(directory),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DEMO_PLANT": "0",
        "DATABASE_URL": f"sqlite:///{directory / 'alone.sqlite3'}",
    }
    copied(migrated_sqlite(), directory / "alone.sqlite3")
    manage(
        environment, "create_company", "--name", "Alone", "--slug", "alone", "--language", "en",
        "--admin-email", EMAIL, "--password-stdin", standard_input=PASSWORD + "\n",
    )  # fmt: skip
    with started(directory, PORT=str(port), **environment) as running:
        yield running


@pytest.mark.timeout(300)
@pytest.mark.parametrize("method", ["none", "client_secret_post", "client_secret_basic"])
async def test_registers_waits_and_connects(product: Server, method: str) -> None:
    """RFC 7591 with a client that others wrote, and with each authentication method."""
    administrator, sent_back = Person(EMAIL, PASSWORD), {"to": ""}
    await asyncio.to_thread(allow_registration, administrator, product.url)
    seen = []

    async def open_browser(address: str) -> None:
        waits = await asyncio.to_thread(administrator.open, address)
        seen.append((waits.status_code, "registration_waits" in waits.text))
        await asyncio.to_thread(approve, administrator, product.url)
        sent_back["to"] = await asyncio.to_thread(administrator.decide, address)

    async def read_callback() -> AuthorizationCodeResult:
        query = parse_qs(urlsplit(sent_back["to"]).query)
        return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0], iss=query["iss"][0])

    storage = Storage()
    auth = OAuthClientProvider(
        server_url=product.mcp_url,
        client_metadata=OAuthClientMetadata(
            redirect_uris=[AnyUrl(CALLBACK)], client_name="Registering SDK", token_endpoint_auth_method=method
        ),
        storage=storage,
        redirect_handler=open_browser,
        callback_handler=read_callback,
    )
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(product.mcp_url, http_client=http), mode="auto") as client,
    ):
        answer = await client.call_tool("whoami", {})
        assert not answer.is_error, answer.content
    assert seen == [(403, True)]
    assert storage.client is not None
    assert bool(storage.client.client_secret) is (method != "none")
    administrator.browser.close()


@pytest.mark.node
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_typescript_client_registers_waits_and_connects(product: Server, mode: str) -> None:
    package("@modelcontextprotocol/client")
    allow_registration(Person(EMAIL, PASSWORD), product.url)
    whoami = json.dumps(["whoami", {}])
    done = subprocess.run(
        [node(), "typescript_client.mjs", product.mcp_url, "", "", CALLBACK, mode, whoami, whoami],
        cwd=HERE,
        env={
            **os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT),
            "PERSON_MODULE": "tests.consumers.registrations.administrator",
        },
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout)["read"]["structuredContent"]["company"] == "Alone"
