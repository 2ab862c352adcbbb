"""A stand-in for an assistant's back end: the OAuth and MCP requests as plain HTTP, step by step."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
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

    def discover(self) -> None:
        """Find the way in: the challenge of the MCP server, and the two documents to which it leads."""
        challenge = self.http.post(self.server.mcp_url, json={}).headers["www-authenticate"]
        named = re.search(r'resource_metadata="([^"]+)"', challenge)
        assert named, challenge
        (issuer,) = self.http.get(named[1]).json()["authorization_servers"]
        document = self.http.get(f"{issuer}/.well-known/oauth-authorization-server").json()
        assert document["issuer"] == issuer

    def authorization_address(self, **changes: str | None) -> str:
        """Return the address of the right request, with changes. None leaves a parameter out."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self._verifier.encode()).digest()).rstrip(b"=")
        query: dict[str, str | None] = {
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
        sent = {name: value for name, value in query.items() if value is not None}
        return f"{self.server.url}/oauth/authorize?{urlencode(sent)}"

    def code_of(self, sent_back_to: str) -> str:
        """Check the answer by RFC 9207 and return its code."""
        answer = {name: values[0] for name, values in parse_qs(urlsplit(sent_back_to).query).items()}
        assert sent_back_to.startswith(self.callback + "?"), sent_back_to
        assert answer["state"] == self._state
        assert answer["iss"] == self.server.url
        return answer["code"]

    def exchange(self, code: str) -> dict[str, str]:
        """Return the fields that exchange the code for tokens."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": self._verifier,
            "resource": self.server.mcp_url,
        }

    def redeem(self, sent_back_to: str) -> httpx.Response:
        response = self.token(**self.exchange(self.code_of(sent_back_to)))
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

    def begin(self) -> None:
        """Open the connection, read the list of tools and call the first tool, as clients do."""
        client = {"name": "Test", "version": "1"}
        self.post("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=client)
        self.tools()
        self.ask("whoami")

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
