"""The networks of an app at both doors of the endpoint, by the connection or by the proxy."""

from __future__ import annotations

import dataclasses

import pytest
from pytest_django import Settings

from tests.gateway.protocol.conftest import CALLERS, READER, Client, Plant

HERE, PLANT, ELSEWHERE = "127.0.0.0/8", "203.0.113.7", "198.51.100.1"  # both doors of the tests are local


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setitem(CALLERS, "all", dataclasses.replace(READER, networks=(request.param,)))


@pytest.mark.parametrize("limited", ["203.0.113.0/24"], indirect=True)
async def test_elsewhere_nothing_is_read(client: Client, plant: Plant, limited: None) -> None:
    for claim in (None, PLANT):
        refused = await client.call("write", {"text": "a"}, x_forwarded_for=claim)
        assert refused.status == 403
        assert "may not be used from this network (127.0.0.1)" in refused.json["error"]["message"]
    assert plant.writes == []


@pytest.mark.parametrize("limited", [HERE], indirect=True)
async def test_within_everything_works(client: Client, plant: Plant, limited: None) -> None:
    await client.call("write", {"text": "a"}, x_forwarded_for=ELSEWHERE)
    assert plant.writes == ["a"]


@pytest.mark.parametrize("limited", ["203.0.113.0/24"], indirect=True)
@pytest.mark.parametrize(
    ("said", "status"),
    [
        (PLANT, 200),
        (f"{ELSEWHERE}, {PLANT}", 200),
        (f"{PLANT}, {ELSEWHERE}", 403),
        (f"{PLANT},", 403),
        ("", 403),
        ("\t", 403),
        (None, 403),
    ],
)
async def test_behind_a_trusted_proxy_its_last_word_counts(
    client: Client, limited: None, settings: Settings, said: str | None, status: int
) -> None:
    settings.TRUSTED_PROXY = True
    assert (await client.ask("tools/list", x_forwarded_for=said)).status == status
