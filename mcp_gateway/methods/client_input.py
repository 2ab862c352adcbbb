"""Gets input from the client while a method runs.

A tool, prompt or resource that needs input returns `InputRequired` and is run again with the answers. In
2026-07-28 the client repeats the request (multi-round-trip). In a session of an older revision the server
asks on the stream of the request and waits. The code that runs is the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from mcp_types.jsonrpc import INVALID_PARAMS, MISSING_REQUIRED_CLIENT_CAPABILITY, REQUEST_TIMEOUT

from mcp_gateway.calls.awaited_answers import AwaitedAnswers, CallCancelled, NotKept
from mcp_gateway.calls.tool import InputRequired
from mcp_gateway.http.sessions import Session
from mcp_gateway.methods.exchange import Exchange
from mcp_gateway.methods.tasks import Deferral
from mcp_gateway.protocol import client_requests, messages
from mcp_gateway.protocol.messages import ProtocolError
from mcp_gateway.sealing import NotSealed, Seal

# Time for a person to read and decide. The first is for 2026-07-28; the second keeps a connection open.
REQUEST_STATE_SECONDS, ANSWER_SECONDS = 600, 300.0
# The capability that a client must have announced before it may be asked.
NEEDED_CAPABILITY = {
    "elicitation/create": "elicitation",
    "sampling/createMessage": "sampling",
    "roots/list": "roots",
}

Params = Mapping[str, Any]
Capabilities = Mapping[str, Any]
T = TypeVar("T")


class ClientInput:
    def __init__(self, state_key: bytes, awaited: AwaitedAnswers) -> None:
        self._seal = Seal(state_key, "request-state", REQUEST_STATE_SECONDS)
        self._awaited = awaited

    async def run(
        self,
        exchange: Exchange,
        attempt: Callable[[Params, Capabilities], Awaitable[T | InputRequired]],
        deferral: Deferral | None = None,
    ) -> T | InputRequired:
        """Run `attempt` until it has its answers. Only in 2026-07-28 the result may be `InputRequired`.

        A call that has become a task asks through the task.

        `attempt` receives the params with the answers so far, and the client's capabilities. These are empty
        after the client left a question unanswered.
        """
        params, capabilities = self._with_state(exchange), exchange.revision.capabilities
        while isinstance(result := await attempt(params, capabilities), InputRequired):
            _require(capabilities, result)
            if deferral is not None and deferral.begun:
                responses = await deferral.ask(result)
            elif exchange.session is None:
                return result
            else:
                responses = await self._ask(exchange, exchange.session, result)
            if responses is None:
                params, capabilities = exchange.message.params, {}
            else:
                params = {**params, "inputResponses": responses, "requestState": result.state}
        return result

    def question(self, exchange: Exchange, asked: InputRequired) -> dict[str, Any]:
        """Build the result of a 2026-07-28 request that asks."""
        told = {"resultType": "input_required", "inputRequests": asked.requests}
        if asked.state is not None:
            told["requestState"] = self._seal.seal(_bound_to(exchange), asked.state)
        return told

    def _with_state(self, exchange: Exchange) -> Params:
        """Return the params with our request state opened."""
        params = exchange.message.params
        state = params.get("requestState")
        if state is None:
            return params
        try:
            opened = self._seal.unseal(_bound_to(exchange), str(state))
        except NotSealed:
            raise ProtocolError(INVALID_PARAMS, "The requestState is not valid for this request.") from None
        return {**params, "requestState": opened}

    async def _ask(self, exchange: Exchange, session: Session, asked: InputRequired) -> dict[str, Any] | None:
        """Ask the client. Return its results by the names of the requests, None if it gave none."""
        names = {secrets.token_urlsafe(24): name for name in asked.requests}
        try:
            async with self._awaited.expecting(list(names), session.key, exchange.id) as expected:
                for request_id, name in names.items():
                    request = client_requests.adapted(asked.requests[name], session.version)
                    exchange.send(messages.request(request_id, request))
                replies = await expected.within(ANSWER_SECONDS)
        except NotKept:
            return None
        except CallCancelled:
            raise ProtocolError(REQUEST_TIMEOUT, "The request was cancelled.") from None
        if replies is None:
            for request_id in names:
                told = {"requestId": request_id, "reason": "No answer came in time."}
                await exchange.notify("notifications/cancelled", told)
            return None
        if any("error" in reply for reply in replies.values()):
            return None
        responses = {names[request_id]: reply["result"] for request_id, reply in replies.items()}
        for name, result in responses.items():
            client_requests.check_result(str(asked.requests[name]["method"]), session.version, result)
        return responses


def _require(capabilities: Capabilities, asked: InputRequired) -> None:
    """Raise ProtocolError unless the client announced what it is asked for."""
    needed = {NEEDED_CAPABILITY[str(request["method"])] for request in asked.requests.values()}
    missing = sorted(needed - capabilities.keys())
    if missing:
        raise ProtocolError(
            MISSING_REQUIRED_CLIENT_CAPABILITY,
            f"This needs a client that supports {', '.join(missing)}.",
            data={"requiredCapabilities": {name: {} for name in missing}},
        )


def _bound_to(exchange: Exchange) -> tuple[object, ...]:
    """Return what a requestState is bound to: only the answers may change between rounds."""
    caller, params = exchange.caller, exchange.message.params
    what = {key: params.get(key) for key in ("name", "uri", "arguments")}
    return caller.company_id, caller.user_id, caller.consumer_id, exchange.message.method, what
