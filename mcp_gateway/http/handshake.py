"""Notes the first steps that a client takes at the endpoint, for the page that watches a connection.

An ordinary call pays for one look into a set: each step of a consumer is noted once a minute, in a thread of
its own, and what cannot be written is lost.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from consumers.digests import Prefix
from consumers.handshake.recording import Facts, Noted, note_all
from consumers.handshake.steps import Step
from mcp_gateway.calls.caller import Caller
from mcp_gateway.http.later_writes import LaterWrites
from mcp_gateway.http.messages import HttpResponse
from mcp_gateway.protocol.messages import Message

MOST_REMEMBERED = 10_000
STEPS = {
    "initialize": Step.INITIALIZE,
    "server/discover": Step.INITIALIZE,
    "tools/list": Step.TOOLS,
    "tools/call": Step.CALL,
}
# An answer begins with its version and id; a result follows them, or an error.
LONGEST_BEGINNING = 400


class Handshake:
    def __init__(self) -> None:
        self._later = LaterWrites("handshake", note_all)
        self._minute = 0
        self._noted: set[tuple[int | None, Step, str]] = set()  # within this minute

    def unauthorized(self, authorization: str | None, *, token_shown: bool) -> None:
        """Note a request without a valid token; nothing says whose it is."""
        if not token_shown:
            self._note(None, Step.CHALLENGE)
            return
        value = (authorization or "").partition(" ")[2].strip()
        self._note(
            None, Step.INITIALIZE, "secret_as_token" if value.startswith(Prefix.SECRET) else "token_refused"
        )

    def refused(self, caller: Caller, status: int) -> None:
        """Note a request that was refused before its message was read."""
        self._note(caller.consumer_id, Step.INITIALIZE, f"http_{status}")

    def answered(
        self, caller: Caller, message: Message, headers: Mapping[str, str], response: HttpResponse
    ) -> None:
        step = STEPS.get(message.method)
        if step is None:
            return
        reason = "" if response.status == 200 else f"http_{response.status}"
        if response.status == 403:
            reason = "insufficient_scope"
        if self._is_noted(caller.consumer_id, step, reason):
            return
        if not reason and not _holds_result(response.body):
            reason = "message_refused"
        facts: Facts = {"method": message.method}
        if step is Step.INITIALIZE:
            facts |= _described(message, headers)
        self._note(caller.consumer_id, step, reason, facts)

    def settle(self) -> None:
        """Wait until what was noted is written."""
        self._later.settle()

    def forget(self) -> None:
        self._noted.clear()

    def stop(self) -> None:
        self._later.stop()

    def _is_noted(self, consumer_id: int | None, step: Step, reason: str) -> bool:
        minute = int(time.monotonic()) // 60
        if minute != self._minute or len(self._noted) >= MOST_REMEMBERED:
            self._minute, self._noted = minute, set()
        return (consumer_id, step, reason) in self._noted

    def _note(
        self, consumer_id: int | None, step: Step, reason: str = "", facts: Facts | None = None
    ) -> None:
        if self._is_noted(consumer_id, step, reason):
            return
        self._noted.add((consumer_id, step, reason))
        self._later.add(Noted(consumer_id, step, reason, tuple((facts or {}).items())))


def _holds_result(body: Any) -> bool:
    return not isinstance(body, bytes) or b'"result":' in body[:LONGEST_BEGINNING]


def _described(message: Message, headers: Mapping[str, str]) -> Facts:
    """Return what a client says about itself: unverified, and shown as such."""
    client = message.params.get("clientInfo")
    if not isinstance(client, dict):
        client = message.meta.get("io.modelcontextprotocol/clientInfo")
    name = client.get("name") if isinstance(client, dict) else None
    revision = message.params.get("protocolVersion") or headers.get("mcp-protocol-version") or ""
    facts: Facts = {"revision": str(revision)}
    return facts | {"client": name} if isinstance(name, str) else facts
