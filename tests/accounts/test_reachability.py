"""The warning beside an MCP server URL that no assistant in the cloud can reach."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.reachability import reason
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.pages import browser, text_of

CANNOT = "ChatGPT and other assistants in the cloud"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://localhost:8000", "local"),
        ("https://localhost", "local"),
        ("http://127.0.0.1:8000", "local"),
        ("http://[::1]:8000", "local"),
        ("https://10.1.2.3", "local"),
        ("https://192.168.0.7:8443", "local"),
        ("https://169.254.1.1", "local"),
        ("https://[fe80::1]", "local"),
        ("https://plant-server", "local"),
        ("https://mcp.plant.local", "local"),
        ("https://mcp.corp.internal.", "local"),
        ("http://mcp.example.com", "http"),
        ("http://8.8.8.8", "http"),
        ("https://mcp.example.com", ""),
        ("https://mcp.example.com:8443", ""),
        ("https://localhost.example.com", ""),
        ("https://[2606:4700::1111]", ""),
    ],
)
def test_what_an_address_tells(address: str, expected: str) -> None:
    assert reason(address) == expected


def test_the_warning_stands_beside_each_address(world: World, settings: Any) -> None:
    consumer = consumer_in(world)
    pages = [
        (world.owner, "/"),
        (world.colleague, "/"),
        (world.owner, "/guide/"),
        (world.owner, f"/settings/api-connections/oauth-consumers/{consumer.pk}/"),
        (world.owner, "/settings/api-connections/"),
    ]
    for public_url, warned in (
        ("http://localhost:8000", True),
        ("https://mcp.example.com", False),
        ("http://mcp.example.com", True),
    ):
        settings.PUBLIC_URL = public_url
        for person, path in pages:
            page = browser(person).get(path)
            assert page.status_code == 200, path
            assert settings.MCP_RESOURCE in text_of(page), path
            assert (CANNOT in " ".join(text_of(page).split())) == warned, (public_url, path)
