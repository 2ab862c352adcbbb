"""A stand-in for an assistant's back end: the OAuth and MCP requests as plain HTTP, step by step."""

from __future__ import annotations

import base64
import hashlib
import itertools
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests.process.person import Person
from tests.process.server import Server

CALLBACK = "https://chatgpt.com/connector/oauth/AbC123"


class Assistant:
    """Holds a consumer's key and secret and, after `connect`, the tokens of one person."""

    def __init__(self, server: Server, consumer: dict[str, Any], callback: str = CALLBACK) -> None:
        self.server, self.callback = server, callback
        self.key, self.secret = consumer["key"], consumer["secret"]
        self.http = httpx.Client(timeout=30, limits=httpx.Limits(max_keepalive_connections=0))
        self.tokens: dict[str, Any] = {}
        self._verifier = secrets.token_urlsafe(48)
        self._state = secrets.token_urlsafe(16)
        self._ids = itertools.count(1)

    def authorization_address(self, **changes: str) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self._verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self.key,
            "redirect_uri": self.callback,
            "scope": "maintenance:read maintenance:write offline_access",
            "state": self._state,
            "resource": self.server.mcp_url,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
            **changes,
        }
        return f"{self.server.url}/oauth/authorize?{urlencode(query)}"

    def redeem(self, sent_back_to: str) -> httpx.Response:
        """Check the answer by RFC 9207 and exchange the code for tokens."""
        answer = {name: values[0] for name, values in parse_qs(urlsplit(sent_back_to).query).items()}
        assert sent_back_to.startswith(self.callback + "?"), sent_back_to
        assert answer["state"] == self._state
        assert answer["iss"] == self.server.url
        response = self.token(
            grant_type="authorization_code",
            code=answer["code"],
            redirect_uri=self.callback,
            code_verifier=self._verifier,
            resource=self.server.mcp_url,
        )
        if response.status_code == 200:
            self.tokens = response.json()
        return response

    def token(self, **fields: str) -> httpx.Response:
        return self.http.post(f"{self.server.url}/oauth/token", data=fields, auth=(self.key, self.secret))

    def connect(self, person: Person, **decision: bool) -> Assistant:
        response = self.redeem(person.decide(self.authorization_address(), **decision))
        assert response.status_code == 200, response.text
        return self

    def post(self, method: str, **params: Any) -> httpx.Response:
        body = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        return self.http.post(
            self.server.mcp_url,
            json=body,
            headers={
                "authorization": f"Bearer {self.tokens.get('access_token', '')}",
                "accept": "application/json, text/event-stream",
                "mcp-protocol-version": "2025-11-25",
            },
        )

    def tools(self) -> set[str]:
        return {tool["name"] for tool in self.post("tools/list").json()["result"]["tools"]}

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        response = self.post("tools/call", name=tool, arguments=arguments)
        assert response.status_code == 200, response.text
        result: dict[str, Any] = response.json()["result"]
        return result

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that must succeed. Return its structured answer."""
        result = self.call(tool, **arguments)
        assert not result.get("isError"), result
        answer: dict[str, Any] = result["structuredContent"]
        return answer
