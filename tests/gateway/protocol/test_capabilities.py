"""What the product announces in each revision; it serves nothing else (report 46)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mcp_types
import pytest

from mcp_gateway.runtime import runtime
from mcp_gateway.server import served
from tests.factories import CompanyFactory
from tests.gateway.protocol.conftest import (
    EVERY,
    MODERN,
    READER,
    Client,
    authenticate,
    endpoint_of,
    through_asgi,
)

LISTS = {
    "tools": ["tools/list"],
    "prompts": ["prompts/list"],
    "resources": ["resources/list", "resources/templates/list"],
}
UNANNOUNCED = [
    "logging/setLevel",
    "resources/subscribe",
    "tasks/list",
    "roots/list",
    "sampling/createMessage",
]
NOT_FOUND = -32601


@pytest.fixture
def product(transactional_db: None) -> Iterator[Client]:
    CompanyFactory(pk=READER.company_id)
    endpoint = endpoint_of(served(runtime().dispatcher), authenticate)
    yield Client(through_asgi(endpoint))
    runtime().audit.stop()


async def announced(client: Client, version: str, token: str) -> dict[str, Any]:
    if version == MODERN:
        result = (await client.ask("server/discover", version=version, token=token)).result
    else:
        params = {
            "protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"},
        }  # fmt: skip
        result = (await client.ask("initialize", params, version=version, token=token)).result
    found: dict[str, Any] = result["capabilities"]
    return found


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize(("token", "query"), [("all", ""), ("read", ""), ("poor", "?read_only=true")])
async def test_what_is_announced_is_served(product: Client, version: str, token: str, query: str) -> None:
    product.query = query
    found = await announced(product, version, token)
    assert set(LISTS) <= found.keys()
    for capability, methods in LISTS.items():
        assert "listChanged" not in found[capability]
        assert "subscribe" not in found[capability]
        for method in methods:
            assert (await product.ask(method, version=version, token=token)).result, method
    ref = {"type": "ref/resource", "uri": "fracttal://assets/{code}"}
    params = {"ref": ref, "argument": {"name": "nothing", "value": "a"}}
    completed = await product.ask("completion/complete", params, version=version, token=token)
    assert completed.status == 200 or completed.json["error"]["code"] != NOT_FOUND
    for method in UNANNOUNCED:
        refused = await product.ask(method, version=version, token=token)
        assert refused.json["error"]["code"] == NOT_FOUND, method


@pytest.mark.parametrize("version", EVERY)
async def test_no_revision_is_told_what_it_does_not_know(product: Client, version: str) -> None:
    """By the SDK's models: `extensions` came with 2026-07-28, `completions` with 2025-03-26."""
    found = await announced(product, version, "all")
    assert found.keys() <= set(mcp_types.ServerCapabilities.model_fields)
    assert ("completions" in found) is (version != "2024-11-05")
    names = ("io.modelcontextprotocol/oauth-client-credentials", "io.modelcontextprotocol/tasks")
    extensions: dict[str, Any] = {name: {} for name in names}
    assert found.get("extensions") == (extensions if version == MODERN else None)
