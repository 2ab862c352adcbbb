"""A person with a client that can ask, at the endpoint and the catalogue of the product."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from mcp_types._v2026_07_28 import InputRequiredResult

from mcp_gateway.calls.caller import Caller
from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.runtime import runtime
from mcp_gateway.server import served
from tests.gateway.protocol.conftest import MODERN, Client, Reply, endpoint_of, through_asgi
from tests.gateway.tools.conftest import run

BOTH: dict[str, Any] = {"form": {}, "url": {}}
SEVERAL = "compresor de tornillo"  # the name of four

CALLING: ContextVar[Caller] = ContextVar("calling")


async def _calling(authorization: str | None, address: str) -> Caller:
    await asyncio.sleep(0)
    return CALLING.get()


@cache
def endpoint() -> Endpoint:
    """Made once, because it describes every tool, which takes longer than any call."""
    return endpoint_of(served(runtime().dispatcher), _calling)


@dataclass
class Screen:
    """A person's client: sends a call, and repeats it with an answer."""

    caller: Caller
    elicitation: dict[str, Any] | None = field(default_factory=lambda: BOTH)
    version: str = MODERN

    def send(self, tool: str, arguments: dict[str, Any], **more: Any) -> Reply:
        async def sent() -> Reply:
            CALLING.set(self.caller)
            able = {} if self.elicitation is None else {"elicitation": self.elicitation}
            meta = {"io.modelcontextprotocol/clientCapabilities": able}
            params = {"name": tool, "arguments": arguments, "_meta": meta, **more}
            return await Client(through_asgi(endpoint())).ask("tools/call", params, version=self.version)

        return run(sent())

    def asked(self, tool: str, **arguments: Any) -> Question:
        return Question(self, tool, arguments, self.send(tool, arguments).result)

    def told(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Return the refusal of the same call if the person cannot be asked."""
        silent = replace(self, elicitation=None)
        return error_of(silent.send(tool, arguments))


@dataclass
class Question:
    screen: Screen
    tool: str
    arguments: dict[str, Any]
    result: dict[str, Any]

    def __post_init__(self) -> None:
        assert self.result["resultType"] == "input_required", self.result
        InputRequiredResult.model_validate(self.result)
        (request,) = self.result["inputRequests"].values()
        self.params: dict[str, Any] = request["params"]

    @property
    def options(self) -> dict[str, str]:
        return {
            option["const"]: option["title"]
            for option in self.params["requestedSchema"]["properties"]["choice"]["oneOf"]
        }

    def reply(self, answer: Any, screen: Screen | None = None, **changes: Any) -> Reply:
        sent = {"requestState": self.result["requestState"], "inputResponses": {"answer": answer}, **changes}
        return (screen or self.screen).send(self.tool, sent.pop("arguments", self.arguments), **sent)

    def accept(self, **content: Any) -> Reply:
        return self.reply({"action": "accept", "content": content} if content else {"action": "accept"})

    def goes_on_to(self, **content: Any) -> Question:
        return Question(self.screen, self.tool, self.arguments, self.accept(**content).result)


def answer_of(reply: Reply) -> dict[str, Any]:
    assert not reply.result["isError"], reply.result
    found: dict[str, Any] = reply.result["structuredContent"]
    return found


def error_of(reply: Reply) -> dict[str, Any]:
    assert reply.result["isError"], reply.result
    found: dict[str, Any] = reply.result["_meta"]["fracttal-one/error"]
    return found
