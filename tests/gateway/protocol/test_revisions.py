"""All five live revisions at one URL (docs/reference/mcp.md#revisions)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.gateway.protocol.conftest import ENVELOPE, EVERY, LEGACY, MODERN, Client

SERVER_INFO = "io.modelcontextprotocol/serverInfo"


@pytest.mark.parametrize("version", LEGACY)
async def test_initialize_answers_the_revision_that_was_asked_for(client: Client, version: str) -> None:
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    reply = await client.ask("initialize", params, mcp_protocol_version=None)
    assert reply.result["protocolVersion"] == version
    assert reply.result["serverInfo"] == {"name": "fracttal-one", "title": "Fracttal One", "version": "9.9"}
    assert reply.result["capabilities"] == {"tools": {}}
    assert reply.result["instructions"] == "Short."
    assert "mcp-session-id" not in reply.headers


@pytest.mark.parametrize("asked", ["1999-01-01", MODERN])
async def test_initialize_offers_the_newest_handshake_otherwise(client: Client, asked: str) -> None:
    params = {"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    reply = await client.ask("initialize", params, mcp_protocol_version=None)
    assert reply.result["protocolVersion"] == "2025-11-25"


@pytest.mark.parametrize("version", EVERY)
async def test_list(client: Client, version: str) -> None:
    result = (await client.ask("tools/list", version=version)).result
    assert [tool["name"] for tool in result["tools"]][:3] == ["echo", "write", "slow"]
    modern = {"resultType", "ttlMs", "cacheScope"}
    assert (modern <= result.keys()) is (version == MODERN)
    assert bool(modern & result.keys()) is (version == MODERN)
    if version == MODERN:
        assert (result["resultType"], result["cacheScope"]) == ("complete", "private")
        assert result["_meta"][SERVER_INFO]["name"] == "fracttal-one"
    assert (SERVER_INFO in result["_meta"]) is (version == MODERN)


@pytest.mark.parametrize("version", EVERY)
async def test_call(client: Client, version: str) -> None:
    result = (await client.call("echo", {"text": "hola"}, version=version)).result
    assert result["structuredContent"] == {"text": "hola"}
    (block,) = result["content"]
    opening, text, closing = block["text"].split("\n")
    assert text == "text: hola"
    fence = closing.removeprefix("[/").removesuffix("]")
    assert opening.startswith(f"[{fence}: ")
    assert result["isError"] is False
    assert ("resultType" in result) is (version == MODERN)


@pytest.mark.parametrize("version", EVERY)
async def test_errors_of_a_call(client: Client, version: str) -> None:
    modern = version == MODERN
    unknown = await client.call("drop_tables", version=version)
    assert unknown.error == (400 if modern else 200, -32602)
    method = await client.ask("tools/remove", version=version)
    assert method.error == (404 if modern else 200, -32601)
    bad = await client.call("echo", {"text": 5.5}, version=version)
    assert bad.result["isError"] is True
    assert "text" in bad.result["content"][0]["text"]
    assert "structuredContent" not in bad.result


@pytest.mark.parametrize("version", EVERY)
async def test_a_notification_is_taken_silently(client: Client, version: str) -> None:
    body = b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}'
    reply = await client.raw(body, mcp_protocol_version=version)
    assert (reply.status, reply.body) == (202, b"")


async def test_without_a_header_2025_03_26_is_assumed(client: Client) -> None:
    assert (await client.ask("ping", mcp_protocol_version=None)).result == {}


@pytest.mark.parametrize("version", LEGACY)
async def test_ping(client: Client, version: str) -> None:
    assert (await client.ask("ping", version=version)).result == {}


async def test_discover(client: Client) -> None:
    result = (await client.ask("server/discover", version=MODERN)).result
    assert result["supportedVersions"] == [MODERN]
    assert result["capabilities"] == {"tools": {}}
    assert result["instructions"] == "Short."
    assert result["ttlMs"] >= 0


async def test_discover_without_the_modern_header_is_an_unknown_method(client: Client) -> None:
    assert (await client.ask("server/discover", mcp_protocol_version=None)).error == (200, -32601)


@pytest.mark.parametrize(
    "method",
    ["initialize", "ping", "logging/setLevel", "resources/subscribe", "subscriptions/listen", "roots/list"],
)
async def test_methods_that_2026_07_28_does_not_have_here(client: Client, method: str) -> None:
    params: dict[str, Any] = {"notifications": {}} if method == "subscriptions/listen" else {}
    assert (await client.ask(method, params, version=MODERN)).error == (404, -32601)


@pytest.mark.parametrize("version", EVERY)
async def test_lists_that_are_not_offered_are_empty(client: Client, version: str) -> None:
    for method, key in [
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ]:
        assert (await client.ask(method, version=version)).result[key] == []


@pytest.mark.parametrize("version", ["2099-01-01", "yesterday", "2025-11-25, 2025-11-25"])
async def test_an_unknown_revision_is_told_which_are_known(client: Client, version: str) -> None:
    reply = await client.ask("tools/list", mcp_protocol_version=version)
    assert reply.error == (400, -32022)
    assert reply.json["error"]["data"] == {"supported": [MODERN], "requested": version}
    notified = await client.raw(
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}', mcp_protocol_version=version
    )
    assert notified.error == (400, -32022)


def changed(**meta: Any) -> dict[str, Any]:
    return {
        "_meta": {
            key: value
            for key, value in {
                **ENVELOPE,
                **{f"io.modelcontextprotocol/{name}": value for name, value in meta.items()},
            }.items()
            if value is not None
        }
    }


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"mcp-method": "tools/call"}, -32020),
        ({"mcp-method": None}, -32020),
        ({"mcp-name": "write"}, -32020),
        ({"mcp-name": None}, -32020),
        ({"mcp-name": "=?base64?!!!?="}, -32020),
        ({"mcp-protocol-version": "2025-11-25"}, -32020),
        ({"mcp-protocol-version": None}, -32020),
    ],
)
async def test_case_169_headers_that_differ_from_the_body(
    client: Client, headers: dict[str, str | None], code: int
) -> None:
    method = "tools/list" if "mcp-method" in headers else "tools/call"
    params = {} if method == "tools/list" else {"name": "echo", "arguments": {"text": "a"}}
    reply = await client.ask(method, params, version=MODERN, **headers)
    assert reply.error == (400, code)
    assert reply.json["id"] is not None


async def test_header_values_are_read_without_the_blanks_around_them(client: Client) -> None:
    reply = await client.call("echo", {"text": "a"}, version=MODERN, mcp_name="  echo ")
    assert reply.status == 200


async def test_case_169_a_header_that_comes_twice_is_refused(client: Client) -> None:
    reply = await client.call("echo", {"text": "a"}, version=MODERN, mcp_name="echo, echo")
    assert reply.error == (400, -32020)


@pytest.mark.parametrize("missing", ["protocolVersion", "clientCapabilities"])
async def test_an_incomplete_envelope(client: Client, missing: str) -> None:
    message = b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":%b}'

    params = orjson.dumps(changed(**{missing: None}))
    reply = await client.raw(message % params, mcp_protocol_version=MODERN, mcp_method="tools/list")
    assert reply.error == (400, -32602)
    assert reply.json["id"] == 7


async def test_capabilities_that_are_no_object(client: Client) -> None:
    reply = await client.ask("tools/list", changed(clientCapabilities="all"), version=MODERN)
    assert reply.error == (400, -32602)


async def test_a_client_that_does_not_name_itself_is_served(client: Client) -> None:

    params = orjson.dumps(changed(clientInfo=None))
    body = b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":%b}' % params
    assert (await client.raw(body, mcp_protocol_version=MODERN, mcp_method="tools/list")).status == 200
