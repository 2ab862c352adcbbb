"""Clients that show both forms of a result get one sentence as text; all others get the whole text."""

from __future__ import annotations

import re

import pytest

from mcp_gateway.methods.shown_twice import SHOW_BOTH
from tests.gateway.protocol.conftest import MODERN, Client
from tests.gateway.protocol.streams import begin
from tests.text_reader import read

NAME = "io.modelcontextprotocol/clientInfo"


@pytest.mark.parametrize("name", SHOW_BOTH)
async def test_the_text_of_a_known_client_is_one_sentence(client: Client, name: str) -> None:
    session = await begin(client, name=name)
    modern = {"version": MODERN, "meta": {NAME: {"name": name, "version": "1.0.102"}}}
    for more in (modern, {"mcp_session_id": session}):
        result = (await client.call("echo", {"text": "hola"}, **more)).result
        (block,) = result["content"]
        assert block["text"].startswith("The answer is in structuredContent.")
        assert "hola" not in block["text"]
        assert result["structuredContent"] == {"text": "hola"}


async def test_others_get_the_whole_text(client: Client) -> None:
    session = await begin(client, name="Github-Copilot-Developer")
    unnamed = {"version": MODERN, "meta": {NAME: {"name": ["github-copilot-developer"], "version": "1"}}}
    for more in ({"version": MODERN}, {}, {"mcp_session_id": session}, unnamed):
        reply = await client.call("echo", {"text": "hola"}, **more)
        if more is unnamed and reply.status != 200:
            continue  # the name has to be a text
        (block,) = reply.result["content"]
        assert read(block["text"]) == {"text": "hola"}


def test_each_has_a_dated_source() -> None:
    assert all(re.search(r"#\d+, 2026-\d\d-\d\d", source) for source in SHOW_BOTH.values())
