"""docs/reference/security.md#protocol-cases by number, and the checks before a message is read."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_gateway.http.messages import BODY_LIMIT
from tests.gateway.protocol.conftest import EVERY, MODERN, ORIGIN, Client, Plant

PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


# --- who, from where, how ----------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"])
async def test_nobody_gets_anything_without_a_token(client: Client, method: str) -> None:
    reply = await client.raw(PING if method == "POST" else b"", method=method, token=None)
    assert reply.status == 401
    assert reply.headers["www-authenticate"].startswith("Bearer resource_metadata=")
    assert "error=" not in reply.headers["www-authenticate"]
    assert reply.headers["cache-control"] == "no-store"
    assert "tools" not in reply.body.decode()


async def test_a_wrong_token_is_told_so(client: Client) -> None:
    reply = await client.raw(PING, token="wrong")
    assert reply.status == 401
    assert 'error="invalid_token"' in reply.headers["www-authenticate"]


async def test_a_token_in_the_query_counts_for_nothing(client: Client) -> None:
    body = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "access_token": "all"})
    assert (await client.raw(body, token=None)).status == 401


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "OPTIONS"])
async def test_case_175_no_streams_and_no_sessions(client: Client, method: str) -> None:
    reply = await client.raw(method=method)
    assert reply.status == 405
    assert "POST" in reply.headers["allow"]


async def test_every_answer_forbids_storing_and_sniffing(client: Client) -> None:
    for reply in [
        await client.raw(PING),
        await client.raw(b"{"),
        await client.raw(PING, token=None),
        await client.raw(PING, content_type="text/plain"),
        await client.raw(b'{"jsonrpc":"2.0","method":"notifications/initialized"}'),
    ]:
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "Authorization" in reply.headers["vary"]
        assert "set-cookie" not in reply.headers
        assert "mcp-session-id" not in reply.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{ORIGIN}.evil.example", f"{ORIGIN}, https://evil.example"]
)
async def test_case_170_foreign_origins(client: Client, origin: str) -> None:
    reply = await client.raw(PING, origin=origin)
    assert reply.status == 403
    assert "access-control-allow-origin" not in reply.headers
    preflight = await client.raw(method="OPTIONS", token=None, origin=origin)
    assert preflight.status == 401


async def test_case_170_an_allowed_origin_may_read_the_answer_and_the_challenge(client: Client) -> None:
    for token, status in [("all", 200), (None, 401)]:
        reply = await client.raw(PING, token=token, origin=ORIGIN)
        assert reply.status == status
        assert reply.headers["access-control-allow-origin"] == ORIGIN
        assert reply.headers["access-control-expose-headers"] == "WWW-Authenticate, Mcp-Session-Id"
        assert "access-control-allow-credentials" not in reply.headers


async def test_a_preflight_of_an_allowed_origin_needs_no_token(client: Client) -> None:
    reply = await client.raw(
        method="OPTIONS", token=None, origin=ORIGIN,
        access_control_request_headers="authorization, mcp-param-region",
    )  # fmt: skip
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert reply.headers["access-control-allow-headers"] == "authorization, mcp-param-region"
    assert reply.headers["access-control-allow-methods"] == "POST, DELETE"


@pytest.mark.parametrize("content_type", ["text/plain", "application/jsonfoo", "multipart/form-data", ""])
async def test_case_166_content_types(client: Client, content_type: str) -> None:
    assert (await client.raw(PING, content_type=content_type)).status == 415


async def test_case_166_parameters_of_the_content_type_are_fine(client: Client) -> None:
    assert (await client.raw(PING, content_type="Application/JSON; charset=utf-8")).status == 200


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("text/html", 406),
        ("image/png, text/html;q=0.9", 406),
        ("*/*", 200),
        (None, 200),
        ("application/json", 200),
        ("text/html, */*;q=0.8", 200),
    ],
)
async def test_case_167_accept(client: Client, accept: str | None, status: int) -> None:
    assert (await client.raw(PING, accept=accept)).status == status


async def test_case_156_a_body_over_the_limit_is_not_parsed(client: Client) -> None:
    assert (await client.raw(b"[" * (BODY_LIMIT + 1))).status == 413
    exactly = PING + b" " * (BODY_LIMIT - len(PING))
    assert (await client.raw(exactly)).status == 200


# --- what ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b" ", b"{", b"not json", PING + b"x", PING + PING, b"\xff\xfe", b"\xef\xbb\xbf" + PING,
        b'{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}', b'{"jsonrpc":"2.0","id":NaN,"method":"ping"}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping",}',
    ],
)  # fmt: skip
async def test_case_153_what_is_not_json(client: Client, body: bytes) -> None:
    reply = await client.raw(body)
    assert reply.error == (400, -32700)
    assert reply.json["id"] is None


@pytest.mark.parametrize("body", [b"null", b"7", b'"x"', b"true", b"[]", b"{}"])
async def test_case_153_159_what_is_not_one_message(client: Client, body: bytes) -> None:
    reply = await client.raw(body)
    assert reply.error == (400, -32600)
    assert reply.json["id"] is None


@pytest.mark.parametrize(
    "nested",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
        b"[" * 70 + b"]" * 70,
        b'{"a":[' * 40 + b"1" + b"]}" * 40,
    ],
)
async def test_case_154_depth(client: Client, nested: bytes) -> None:
    inside = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":%b}}'
    for body in (nested, inside % nested):
        assert (await client.raw(body)).error[0] == 400


async def test_case_154_flat_arguments_are_not_deep(client: Client) -> None:
    reply = await client.call("echo", {"text": "a", "nested": [{}] * 500})
    assert reply.result["isError"]


@pytest.mark.parametrize("number", ["9" * 5_000, "-" + "9" * 5_000, "1e999999"])
async def test_case_155_huge_numbers(client: Client, number: str) -> None:
    body = f'{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"n":{number}}}}}'
    reply = await client.raw(body.encode())
    assert reply.status in {200, 400}
    as_id = await client.raw(f'{{"jsonrpc":"2.0","id":{number},"method":"ping"}}'.encode())
    assert as_id.status == 400


@pytest.mark.parametrize("request_id", ["null", "1.5", "true", "{}", "[]", "1e3", "99999999999999999999999"])
async def test_case_157_ids_are_strings_or_integers(client: Client, request_id: str) -> None:
    reply = await client.raw(f'{{"jsonrpc":"2.0","id":{request_id},"method":"ping"}}'.encode())
    assert reply.error == (400, -32600)
    assert reply.json["id"] is None


@pytest.mark.parametrize("request_id", [0, -1, 2**53, "", "null", "x" * 1000, "ñ"])
async def test_case_157_and_come_back_as_they_were(client: Client, request_id: Any) -> None:
    body = orjson.dumps({"jsonrpc": "2.0", "id": request_id, "method": "ping"})
    reply = await client.raw(body)
    assert reply.json["id"] == request_id
    assert type(reply.json["id"]) is type(request_id)


async def test_case_158_of_equal_keys_the_last_counts(client: Client) -> None:
    reply = await client.raw(b'{"jsonrpc":"2.0","id":1,"id":2,"method":"nothing","method":"ping"}')
    assert (reply.json["id"], reply.result) == (2, {})


@pytest.mark.parametrize(
    "method",
    [
        "nothing",
        "__proto__",
        "roots/list",
        "sampling/createMessage",
        "logging/setLevel",
        "tasks/list",
        "x" * 9999,
    ],
)
async def test_case_161_unknown_methods(client: Client, method: str) -> None:
    assert (await client.ask(method)).error == (200, -32601)


@pytest.mark.parametrize("method", [7, None, "", ["ping"], {}])
async def test_case_161_methods_that_are_no_names(client: Client, method: Any) -> None:
    body = orjson.dumps({"jsonrpc": "2.0", "id": 5, "method": method})
    assert (await client.raw(body)).error == (400, -32600)


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize(
    "params",
    [
        {"name": "nothing"}, {"name": 7}, {"name": None}, {}, {"name": "echo", "arguments": []},
        {"name": "echo", "arguments": "text"}, {"name": ["echo"], "arguments": {}}, {"name": "x" * 9999},
    ],
)  # fmt: skip
async def test_case_162_calls_that_name_no_tool(
    client: Client, plant: Plant, version: str, params: dict[str, Any]
) -> None:
    name = params.get("name")
    reply = await client.ask(
        "tools/call", params, version=version, mcp_name=name if isinstance(name, str) else None
    )
    assert reply.json["error"]["code"] in ((-32602, -32020) if version == MODERN else (-32602,))
    assert plant.writes == []


@pytest.mark.parametrize("params", [[], "x", 7, True])
async def test_case_162_params_that_are_no_object(client: Client, params: Any) -> None:
    body = orjson.dumps({"jsonrpc": "2.0", "id": 5, "method": "tools/list", "params": params})
    reply = await client.raw(body)
    assert (reply.json["error"]["code"], reply.json["id"]) == (-32602, 5)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "text"),
        ({"text": {"deep": "fms_secret"}}, "text"),
        ({"text": "fms_secret" * 9}, "text"),
        ({"text": "a", "fms_extra": 1}, "fms_extra"),
        ({"text": "a", "nested": {"kind": "k", "more": 1}}, "nested.more"),
    ],
)
async def test_case_163_164_arguments_name_the_field_and_repeat_no_value(
    client: Client, arguments: dict[str, Any], field: str
) -> None:
    result = (await client.call("write", arguments)).result
    assert result["isError"] is True
    assert field in result["content"][0]["text"]
    assert "fms_secret" not in orjson.dumps(result).decode()


async def test_case_177_notifications_touch_nobody(client: Client, plant: Plant) -> None:
    call = asyncio.create_task(client.call("write", {"text": "mine"}, request_id="shared"))
    for name in (
        "notifications/cancelled",
        "notifications/initialized",
        "notifications/nothing",
        "tools/call",
    ):
        body = {"jsonrpc": "2.0", "method": name, "params": {"requestId": "shared", "name": "write"}}
        assert (await client.raw(orjson.dumps(body), token="poor")).status == 202
    assert (await call).status == 200
    assert plant.writes == ["mine"]


async def test_a_posted_response_is_taken_silently(client: Client) -> None:
    assert (await client.raw(b'{"jsonrpc":"2.0","id":1,"result":{}}')).status == 202


async def test_case_178_179_parallel_calls_with_one_id_never_mix(client: Client) -> None:
    async def one(number: int) -> None:
        who = f"marked-{number % 20}"
        reply = await client.call("echo", {"text": str(number)}, token=who, request_id="same")
        assert reply.json["id"] == "same"
        assert reply.result["structuredContent"] == {"text": str(number), "who": who}

    await asyncio.gather(*(one(number) for number in range(200)))


async def test_case_185_a_secret_in_an_exception_stays_inside(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    result = (await client.call("leak")).result
    assert result["isError"] is True
    assert "fms_" not in orjson.dumps(result).decode() + caplog.text


async def test_case_186_a_huge_result_is_capped(client: Client) -> None:
    reply = await client.call("huge")
    assert reply.result["isError"] is True
    assert len(reply.body) < 2_000


# --- anything at all ------------------------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
METHODS = st.sampled_from(
    ["initialize", "ping", "tools/list", "tools/call", "server/discover", "prompts/get", "resources/read"]
)
MESSAGES = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | ANYTHING, "method": METHODS | ANYTHING},
    optional={
        "id": st.integers() | st.text() | ANYTHING,
        "params": ANYTHING
        | st.fixed_dictionaries(
            {"name": st.sampled_from(["echo", "ask", "steps"]) | ANYTHING},
            optional={
                "arguments": st.fixed_dictionaries({"text": ANYTHING}) | ANYTHING,
                "_meta": ANYTHING,
                "requestState": ANYTHING,
                "inputResponses": ANYTHING,
            },
        ),
    },
)


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@given(
    body=MESSAGES.map(as_json) | ANYTHING.map(as_json) | st.binary(max_size=200),
    version=st.sampled_from([*EVERY, None]) | st.text("abc019-. ", max_size=12),
)
def test_no_body_makes_the_server_fail(client: Client, body: bytes, version: str | None) -> None:
    reply = asyncio.run(
        client.raw(body, mcp_protocol_version=version, mcp_method="tools/call", mcp_name="echo")
    )
    assert reply.status < 500, (body, reply.body)
    if reply.status != 202:
        orjson.loads(reply.body if not reply.events else orjson.dumps(reply.events[-1]))
