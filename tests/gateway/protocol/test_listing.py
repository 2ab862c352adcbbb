"""`tools/list`: what each caller sees, with schemas that every client understands."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field

from audit.models import Event
from mcp_gateway.calls.caller import READ_SCOPE, WRITE_SCOPE
from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.protocol.schemas import enforced, input_schema, output_schema
from mcp_gateway.server import INSTRUCTIONS
from tests.gateway.protocol.conftest import EVERY, MODERN, Client


async def tools(client: Client, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.ask("tools/list", **more)).result["tools"]
    return found


@pytest.mark.parametrize("version", EVERY)
async def test_only_what_the_rights_allow_is_listed(client: Client, version: str) -> None:
    assert [tool["name"] for tool in await tools(client, version=version, token="poor")] == ["assets_only"]
    refused = await client.call("echo", {"text": "a"}, version=version, token="poor")
    assert refused.result["isError"] is True


@pytest.mark.parametrize("version", EVERY)
async def test_a_connection_without_writing_lists_no_writes(client: Client, version: str) -> None:
    every = {tool["name"]: tool for tool in await tools(client, version=version)}
    found = {tool["name"]: tool for tool in await tools(client, version=version, token="read")}
    assert every.keys() - found.keys() == {"write"}
    assert all(tool["annotations"]["readOnlyHint"] for tool in found.values())
    assert await tools(client, version=version, token="nothing") == []
    assert {tool["name"] for tool in await tools(client, version=version, token="read")} == found.keys()


@pytest.mark.parametrize("version", EVERY)
async def test_the_list_says_whether_it_has_changed(client: Client, version: str) -> None:
    async def listed(**more: Any) -> str:
        result = (await client.ask("tools/list", version=version, **more)).result
        version_of: str = result["_meta"]["fracttal-one/listVersion"]
        return version_of

    first = await listed()
    assert first == await listed()
    others = [await listed(token="read"), await listed(token="poor")]
    assert len({first, *others, await listed(token="planner")}) == 4


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize(
    "method", ["tools/list", "prompts/list", "resources/list", "resources/templates/list"]
)
async def test_a_cursor_that_nobody_gave_is_invalid(client: Client, version: str, method: str) -> None:
    for cursor in ("b2Zmc2V0OjI1", "2", 7):
        refused = await client.ask(method, {"cursor": cursor}, version=version)
        assert refused.error == (400 if version == MODERN else 200, -32602)
    assert (await client.ask(method, {}, version=version)).result


@pytest.mark.parametrize("version", EVERY)
async def test_a_renamed_tool_still_answers_to_its_old_name(
    client: Client, endpoint: Endpoint, version: str
) -> None:
    assert "say" not in [tool["name"] for tool in await tools(client, version=version)]
    answer = await client.call("say", {"text": "hola"}, version=version)
    assert answer.result["structuredContent"] == {"text": "hola"}
    row = await Event.objects.alatest("id")
    assert row.tool == "echo"


async def test_the_order_is_stable(client: Client) -> None:
    lists = [orjson.dumps(await tools(client)) for _ in range(3)]
    assert len(set(lists)) == 1


async def test_every_tool_says_everything(client: Client) -> None:
    for tool in await tools(client):
        hints = tool["annotations"]
        writes = tool["name"] == "write"
        assert {"readOnlyHint", "destructiveHint", "openWorldHint"} <= hints.keys()
        assert ("idempotentHint" in hints) is writes
        assert tool["title"]
        assert hints["readOnlyHint"] is not writes
        scopes = [READ_SCOPE, WRITE_SCOPE] if writes else [READ_SCOPE]
        assert tool["securitySchemes"] == [{"type": "oauth2", "scopes": scopes}]
        assert "_meta" not in tool


async def test_schemas_are_valid_and_plain(client: Client) -> None:
    for tool in await tools(client):
        schema = tool["inputSchema"]
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        if "outputSchema" in tool:
            Draft202012Validator.check_schema(tool["outputSchema"])
        assert not {"$ref", "additionalProperties", "default"} & set(orjson.dumps(tool).decode().split('"'))


async def test_answers_satisfy_their_schema(client: Client) -> None:
    listed = {tool["name"]: tool for tool in await tools(client)}
    for token in ("all", "marked-x"):
        result = (await client.call("echo", {"text": "a"}, token=token)).result
        Draft202012Validator(listed["echo"]["outputSchema"]).validate(result["structuredContent"])


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(title="A title", description="Its name", min_length=2)
    note: str | None = None


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    inner: Inner
    many: list[Inner] = []
    other: Inner | None = Field(None, description="May be left out")
    size: float = Field(1.5, gt=0, le=10)
    when: dt.date | None = None


def test_definitions_are_put_in_place_and_limits_into_words() -> None:
    inner = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "Its name 2 characters or more."},
            "note": {"type": "string"},
        },
        "required": ["title"],
    }
    assert input_schema(Outer) == {
        "type": "object",
        "properties": {
            "inner": inner,
            "many": {"type": "array", "items": inner},
            "other": {**inner, "description": "May be left out"},
            "size": {"type": "number", "description": "More than 0. At most 10. Default 1.5."},
            "when": {"type": "string", "description": "A date as YYYY-MM-DD."},
        },
        "required": ["inner"],
    }
    assert enforced(Outer)["additionalProperties"] is False
    assert enforced(Outer)["properties"]["size"]["exclusiveMinimum"] == 0


def test_what_may_be_none_is_not_required_of_an_answer() -> None:
    class Answer(BaseModel):
        sure: str
        maybe: int | None

    assert output_schema(Answer)["required"] == ["sure"]


def test_a_schema_within_itself_is_a_defect() -> None:
    with pytest.raises(ValueError, match="contains itself"):
        input_schema(Tree)


class Tree(BaseModel):
    children: list[Tree] = []


def test_the_instructions_fit_into_what_chatgpt_reads() -> None:
    assert len(INSTRUCTIONS) <= 512
