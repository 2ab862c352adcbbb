"""Assistants that cannot be installed here: their published requests, replayed in order."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.clients import journey
from tests.process.person import Person
from tests.process.server import Server

CLIENTS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "recorded.toml").read_text(encoding="utf-8")
)["client"]


class Replay:
    def __init__(self, server: Server, client: dict[str, Any]) -> None:
        consumer = server.create_consumer(client["name"], client["callback"])
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        self.url = server.url
        self.http = httpx.Client(timeout=30, limits=httpx.Limits(max_keepalive_connections=0))
        self.values = {
            "url": server.url,
            "mcp": server.mcp_url,
            "key": consumer["key"],
            "secret": consumer["secret"],
            "callback": client["callback"],
            "answers_at": client.get("answers_at", client["callback"]),
            "state": secrets.token_urlsafe(16),
            "verifier": verifier,
            "challenge": challenge.decode(),
        }

    def filled(self, part: Any) -> Any:
        """Fill this run's values into a part of a recorded request, in place of the names in braces."""
        if isinstance(part, dict):
            return {name: self.filled(value) for name, value in part.items()}
        if isinstance(part, list):
            return [self.filled(value) for value in part]
        if isinstance(part, str):
            for name, value in self.values.items():
                part = part.replace("{" + name + "}", value)
        return part

    def approve(self, query: dict[str, str]) -> None:
        address = f"{self.url}/oauth/authorize?{urlencode(self.filled(query))}"
        back = Person("planner@demo.example").decide(address)
        assert back.startswith(self.filled(query["redirect_uri"]) + "?"), back
        answer = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        assert answer["state"] == self.filled(query["state"])
        assert answer["iss"] == self.url
        self.values["code"] = answer["code"]

    def send(self, request: dict[str, Any]) -> httpx.Response:
        method = "POST" if "post" in request else "GET"
        headers = dict(request.get("headers", {}))
        if "access" in self.values and "form" not in request:
            headers["authorization"] = f"Bearer {self.values['access']}"
        sent: dict[str, Any] = {}
        if "json" in request:
            headers.setdefault("content-type", "application/json")
            sent["content"] = json.dumps(self.filled(request["json"]))
        if "form" in request:
            sent["data"] = self.filled(request["form"])
        if request.get("basic"):
            sent["auth"] = (self.values["key"], self.values["secret"])
        address = self.filled(request.get("post") or request["get"])
        return self.http.request(method, address, headers=headers, **sent)

    def check(self, request: dict[str, Any], answer: httpx.Response) -> None:
        assert answer.status_code == request["status"], answer.text[:1000]
        if "challenge" in request:
            assert self.filled(request["challenge"]) in answer.headers["www-authenticate"]
        if request["status"] != 200:
            return
        body = answer.json()
        for path, value in request.get("expect", {}).items():
            assert at(body, path) == self.filled(value), f"{path}: {body}"
        if request.get("tools"):
            assert {tool["name"] for tool in body["result"]["tools"]} == journey.TOOLS
        if request.get("read"):
            journey.check_read(body["result"]["structuredContent"])
        if "access_token" in body:
            self.values |= {"access": body["access_token"], "refresh": body["refresh_token"]}


def at(body: Any, path: str) -> Any:
    for step in path.split("."):
        body = body[int(step)] if isinstance(body, list) else body[step]
    return body


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: str(client["name"]))
def test_the_published_requests_are_answered(server: Server, client: dict[str, Any]) -> None:
    replay = Replay(server, client)
    for request in client["request"]:
        if "approve" in request:
            replay.approve(request["approve"])
        else:
            replay.check(request, replay.send(request))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: str(client["name"]))
def test_each_shape_has_its_sources_and_reaches_the_data(client: dict[str, Any]) -> None:
    assert client["sources"]
    assert any("approve" in request for request in client["request"])
    assert any(request.get("read") or "tools/call" in str(request) for request in client["request"])
