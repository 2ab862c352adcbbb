"""An assistant that keeps account of each answer it got and of each one that never came."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.blackbox.product import Product
from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person

PLANNER = "planner@demo.example"


@dataclass
class Account:
    """What came of the calls of one tool: `answered` with 200, `refused` with another status, `lost`."""

    asked: int = 0
    answered: int = 0
    refused: int = 0
    lost: int = 0


@dataclass
class Witness(Assistant):
    """One person's connection. Safe for threads: each request has a connection of its own."""

    product: Product
    email: str = PLANNER
    company: str = "demo"
    accounts: dict[str, Account] = field(default_factory=dict)
    results: dict[str, int] = field(default_factory=dict)  # title -> id, of writes answered as done
    pairs: list[dict[str, Any]] = field(default_factory=list)  # every token answer
    ended: bool = False  # by the test itself

    def __post_init__(self) -> None:
        consumer = self.product.server.create_consumer(
            f"ChatGPT {next(_NUMBERS)}", CALLBACK, company=self.company
        )
        super().__init__(self.product.server, consumer)
        self._lock = threading.Lock()
        self.person = Person(self.email)
        self.connect(self.person)

    def token(self, **fields: str) -> httpx.Response:
        response = super().token(**fields)
        if response.status_code == 200:
            self.pairs.append(response.json())
        return response

    def refresh(self, refresh_token: str = "") -> httpx.Response:
        shown = refresh_token or self.tokens["refresh_token"]
        response = self.token(grant_type="refresh_token", refresh_token=shown)
        if response.status_code == 200:
            self.tokens = response.json()
        return response

    def post(self, method: str, **params: Any) -> httpx.Response:
        if method != "tools/call":
            return super().post(method, **params)
        tool = str(params["name"])
        with self._lock:
            account = self.accounts.setdefault(tool, Account())
            account.asked += 1
        try:
            response = super().post(method, **params)
        except httpx.TransportError:
            with self._lock:
                account.lost += 1
            raise
        with self._lock:
            if response.status_code == 200:
                account.answered += 1
            else:
                account.refused += 1
        return response

    def called_by_hand(self, tool: str) -> None:
        """Keep account of a call that a test sent itself: its row may be there or not."""
        with self._lock:
            account = self.accounts.setdefault(tool, Account())
            account.asked += 1
            account.lost += 1

    def read(self) -> httpx.Response:
        return self.post("tools/call", name="list_assets", arguments={"limit": 1})

    def write(self, title: str, key: str = "") -> httpx.Response:
        """Create a request. `done` of the answer is kept, to be compared with the ledger."""
        arguments = {"title": title, "even_if_similar": True} | ({"idempotency_key": key} if key else {})
        response = self.post("tools/call", name="create_work_request", arguments=arguments)
        if response.status_code == 200:
            result = response.json()["result"]
            if not result.get("isError"):
                self.results[title] = int(result["structuredContent"]["id"])
        return response

    def try_to_write(self, title: str, key: str = "") -> str:
        """Write, and say what came: done, lost, an error code of the tool, or an HTTP status."""
        try:
            response = self.write(title, key)
        except httpx.TransportError:
            return "lost"
        return outcome_of(response)


def outcome_of(response: httpx.Response) -> str:
    if response.status_code != 200:
        return str(response.status_code)
    result = response.json()["result"]
    return str(result["_meta"]["fracttal-one/error"]["code"]) if result.get("isError") else "done"


_NUMBERS = itertools.count(1)
