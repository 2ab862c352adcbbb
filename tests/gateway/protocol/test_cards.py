"""Which clients get cards: those that declare it, in every revision that can say so.

Sources: MCP Apps 2026-01-26, "Client<>Server Capability Negotiation", "Resource Discovery", "Visibility".
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import orjson
import pytest
from django.conf import settings

from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.runtime import runtime
from mcp_gateway.server import served
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.factories import CompanyFactory
from tests.gateway.protocol.conftest import (
    EVERY,
    MODERN,
    READER,
    Client,
    Send,
    authenticate,
    endpoint_of,
    through_asgi,
    through_django,
)
from tests.gateway.protocol.streams import begin

EXTENSION = "io.modelcontextprotocol/ui"
TYPE = "text/html;profile=mcp-app"
DECLARED: dict[str, Any] = {"extensions": {EXTENSION: {"mimeTypes": [TYPE]}}}
UNDECLARED: list[dict[str, Any]] = [
    {},
    {"extensions": {EXTENSION: {}}},
    {"extensions": {EXTENSION: {"mimeTypes": ["text/html"]}}},
    {"extensions": {EXTENSION: {"mimeTypes": TYPE}}},
    {"extensions": {EXTENSION: True}},
    {"extensions": [EXTENSION]},
    {"extensions": None},
    {"experimental": {EXTENSION: {"mimeTypes": [TYPE]}}},
]
NAMES = ["metric", "record", "choice", "change"]
ADDRESSES = {name: f"ui://fracttal-one/{name}.html" for name in NAMES}
IN_SESSIONS = ["2025-06-18", "2025-11-25"]
OWN_TOOL = "answer_card_question"
LARGEST = 60_000


@cache
def endpoint(*, cards: bool) -> Endpoint:
    """Made once, because it describes every tool, which takes longer than any call."""
    catalogue = served(runtime().dispatcher)
    return endpoint_of(catalogue if cards else replace(catalogue, cards={}), authenticate)


@pytest.fixture
def product(transactional_db: None) -> Iterator[Client]:
    CompanyFactory(pk=READER.company_id)
    yield Client(through_asgi(endpoint(cards=True)))
    runtime().audit.stop()


class Declaring:
    """A client that declares these capabilities, as its revision does it."""

    def __init__(
        self, client: Client, version: str, capabilities: dict[str, Any], token: str = "all"
    ) -> None:
        self.client, self.version, self.capabilities, self.token = client, version, capabilities, token
        self.session: str | None = None

    async def initialize(self) -> dict[str, Any]:
        if self.version == MODERN:
            discovered: dict[str, Any] = (await self.ask("server/discover"))["capabilities"]
            return discovered
        reply = await self.reply("initialize", **self.handshake)
        self.session = reply.headers.get("mcp-session-id")
        found: dict[str, Any] = reply.result["capabilities"]
        return found

    @property
    def handshake(self) -> dict[str, Any]:
        return {
            "protocolVersion": self.version,
            "capabilities": self.capabilities,
            "clientInfo": {"name": "t", "version": "1"},
        }

    async def ask(self, method: str, **params: Any) -> Any:
        return (await self.reply(method, **params)).result

    async def reply(self, method: str, **params: Any) -> Any:
        more: dict[str, Any] = {"version": self.version, "token": self.token}
        if self.version == MODERN:
            params["_meta"] = {"io.modelcontextprotocol/clientCapabilities": self.capabilities}
        elif self.session:
            more["mcp_session_id"] = self.session
        return await self.client.ask(method, params, **more)


async def begun(client: Client, version: str, capabilities: dict[str, Any], **more: Any) -> Declaring:
    declaring = Declaring(client, version, capabilities, **more)
    await declaring.initialize()
    return declaring


@pytest.mark.parametrize("version", [*IN_SESSIONS, MODERN])
@pytest.mark.parametrize("door", [through_asgi, through_django])
async def test_who_declares_it_is_told_of_the_cards(
    product: Client, version: str, door: Callable[[Endpoint], Send]
) -> None:
    client = Declaring(Client(door(endpoint(cards=True))), version, DECLARED)
    assert (await client.initialize())["extensions"][EXTENSION] == {}
    listed = (await client.ask("tools/list"))["tools"]
    cards = {tool["name"]: tool["_meta"]["ui"] for tool in listed if "_meta" in tool}
    assert cards.pop(OWN_TOOL) == {"visibility": ["app"]}
    writes = {tool["name"] for tool in listed if not tool["annotations"]["readOnlyHint"]} - {OWN_TOOL}
    assert cards == {
        "get_maintenance_metrics": {"resourceUri": ADDRESSES["metric"]},
        "get_work_order": {"resourceUri": ADDRESSES["record"]},
        "get_asset": {"resourceUri": ADDRESSES["record"]},
        "search": {"resourceUri": ADDRESSES["choice"]},
        **{name: {"resourceUri": ADDRESSES["change"]} for name in writes},
    }
    resources = (await client.ask("resources/list"))["resources"]
    assert [resource["uri"] for resource in resources] == list(ADDRESSES.values())
    assert {resource["mimeType"] for resource in resources} == {TYPE}


@pytest.mark.parametrize("version", EVERY)
async def test_who_does_not_declare_it_sees_no_difference(product: Client, version: str) -> None:
    without = Client(through_asgi(endpoint(cards=False)))
    for capabilities in UNDECLARED:
        seen, expected = Declaring(product, version, capabilities), Declaring(without, version, capabilities)
        method = "server/discover" if version == MODERN else "initialize"
        params = {} if version == MODERN else seen.handshake
        begun, wanted = [(await one.reply(method, **params)) for one in (seen, expected)]
        assert begun.json.get("result") == wanted.json.get("result"), capabilities
        assert begun.headers.get("mcp-session-id") is None
        if begun.json.get("result") is None:  # no declaration by the SDK's own models, with and without cards
            continue
        assert await seen.ask("tools/list") == await expected.ask("tools/list")
        assert (await seen.ask("resources/list"))["resources"] == []
        refused = await seen.reply("tools/call", name=OWN_TOOL, arguments={})
        assert refused.json["error"]["code"] == -32602
        assert refused.json["error"]["message"] == f"There is no tool named {OWN_TOOL!r}."


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26"])
async def test_revisions_without_sessions_have_no_cards(product: Client, version: str) -> None:
    """What `initialize` declared cannot be remembered there (docs/decisions/0025)."""
    client = await begun(product, version, DECLARED)
    assert client.session is None
    assert not [tool for tool in (await client.ask("tools/list"))["tools"] if "_meta" in tool]


async def test_a_session_remembers_cards_without_being_one_that_can_be_asked(product: Client) -> None:
    session = await begin(product, capabilities=DECLARED)
    assert session
    asked = await product.ask("tools/list", mcp_session_id=session, accept="application/json")
    assert any(tool["name"] == OWN_TOOL for tool in asked.result["tools"])
    called = await product.call("search", {"query": "x"}, mcp_session_id=session, token="all")
    assert called.status == 200
    other = await product.ask("tools/list", mcp_session_id=session, token="person")
    assert other.status == 404


@pytest.mark.parametrize("version", ["2024-11-05", MODERN])
@pytest.mark.parametrize("name", NAMES)
async def test_a_document_holds_everything_and_may_reach_nothing(
    product: Client, version: str, name: str
) -> None:
    client = Declaring(product, version, DECLARED)
    (content,) = (await client.ask("resources/read", uri=ADDRESSES[name]))["contents"]
    assert (content["uri"], content["mimeType"]) == (ADDRESSES[name], TYPE)
    csp = content["_meta"]["ui"]["csp"]
    assert csp == {
        kind: [] for kind in ("connectDomains", "resourceDomains", "frameDomains", "baseUriDomains")
    }
    html = content["text"]
    assert len(html.encode()) <= LARGEST
    assert not re.search(r"https?://\w|url\(|@import|\bsrc=|<link|<iframe|<base", html)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|\bFunction\(", html)


@pytest.mark.parametrize("name", NAMES)
async def test_only_its_own_script_and_style_are_admitted(product: Client, name: str) -> None:
    """CSP Level 3, 2.3.1: a hash source is the SHA-256 of the text of the element."""
    (content,) = (await product.ask("resources/read", {"uri": ADDRESSES[name]})).result["contents"]
    html = content["text"]
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == directives["base-uri"] == directives["form-action"] == "'none'"
    for directive, tag in (("script-src", "script"), ("style-src", "style")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert directives[directive] == f"'sha256-{digest}'"
    assert not re.search(r"\son\w+=|\sstyle=", html.split("<body>")[1].split("<script>")[0])


async def test_there_are_no_other_documents(product: Client) -> None:
    for uri in (
        "ui://fracttal-one/other.html",
        "ui://other/metric.html",
        "ui://",
        f"{ADDRESSES['metric']}?a",
    ):
        reply = await product.ask("resources/read", {"uri": uri})
        assert reply.json["error"]["code"] == -32002, uri


NO_ANSWERS: list[dict[str, Any]] = [
    {},
    {"call": "x", "state": "s", "answer": {}},
    {"call": {}, "state": 1, "answer": {}},
    {"call": {"name": "search"}, "state": "s"},
    {"call": {"name": 7}, "state": "s", "answer": {}},
    {"call": {"name": "search", "arguments": [1]}, "state": "s", "answer": {}},
    {"call": {"name": "search", "arguments": {"query": "a"}}, "state": "forged", "answer": {}},
    {"call": {"name": OWN_TOOL, "arguments": {}}, "state": "forged", "answer": {}},
]


@pytest.mark.parametrize("version", ["2025-11-25", MODERN])
async def test_an_answer_to_nothing_is_refused(product: Client, version: str) -> None:
    client = await begun(product, version, DECLARED)
    for arguments in NO_ANSWERS:
        refused = await client.reply("tools/call", name=OWN_TOOL, arguments=arguments)
        assert refused.json["error"]["code"] == -32602, arguments


async def test_every_language_has_every_text(product: Client) -> None:
    """A text that is not translated would be the English one. Some words are the same in two languages."""
    same = set()
    for name in NAMES:
        (content,) = (await product.ask("resources/read", {"uri": ADDRESSES[name]})).result["contents"]
        (found,) = re.findall(r"const TEXTS=(.*?);\n", content["text"])
        texts = orjson.loads(found)
        assert set(texts) == {language for language, _name in settings.LANGUAGES}
        english = texts["en"]
        for language in ("es", "pt-br"):
            for kind, words in texts[language].items():
                assert words.keys() == english[kind].keys()
                same |= {key for key, text in words.items() if kind == "say" and text == english[kind][key]}
    assert same <= {"no"}


def test_every_write_and_no_other_tool_by_accident_has_a_card() -> None:
    cards = served(runtime().dispatcher).cards
    assert cards.keys() == {
        "get_maintenance_metrics", "get_work_order", "get_asset", "search",
        *(name for name, tool in CATALOGUE.tools.items() if not tool.read_only),
    }  # fmt: skip
