"""Questions that a card asks the person, for clients that show cards but no forms (docs/decisions/0045).

The question is that of an elicitation, and travels in `_meta`, which is for the card and not for the model.
The card answers with `answer_card_question`, which only cards may call (`visibility`), and the call goes on
as if the client had answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mcp_types.jsonrpc import INVALID_PARAMS

from mcp_gateway.calls.asking import ANSWER
from mcp_gateway.calls.caller import READ_SCOPE
from mcp_gateway.protocol.messages import Message, ProtocolError

QUESTION_META = "fracttal-one/question"
NAME = "answer_card_question"
ANSWER_CARD_QUESTION: Mapping[str, Any] = {
    "name": NAME,
    "title": "Answer the question of a card",
    "description": "For cards only: what the person answered to the question of a card.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "call": {"type": "object", "description": "The call that asked: name and arguments."},
            "state": {"type": "string", "description": "The state that came with the question."},
            "answer": {"type": "object", "description": "action, and content of the form."},
        },
        "required": ["call", "state", "answer"],
    },
    "annotations": {
        "readOnlyHint": False,
        "destructiveHint": True,
        "idempotentHint": False,
        "openWorldHint": False,
    },
    "securitySchemes": [{"type": "oauth2", "scopes": [READ_SCOPE]}],
    "_meta": {"ui": {"visibility": ["app"]}},
}


def card_question(message: Message, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a card needs to ask, from the question that a client of 2026-07-28 would get."""
    form = asked["inputRequests"][ANSWER]["params"]
    return {
        "message": form["message"],
        "form": form["requestedSchema"],
        "state": asked["requestState"],
        "call": {"name": message.params["name"], "arguments": message.params.get("arguments")},
    }


def is_card_answer(message: Message) -> bool:
    return message.params.get("name") == NAME


def answered_call(message: Message) -> Message:
    """Return the call that is answered, as a client of 2026-07-28 would repeat it. Raises ProtocolError."""
    given = message.params.get("arguments")
    given = given if isinstance(given, dict) else {}
    call, state, answer = (given.get(name) for name in ("call", "state", "answer"))
    if not isinstance(call, dict) or not isinstance(state, str) or not isinstance(answer, dict):
        raise ProtocolError(INVALID_PARAMS, "An answer needs call, state and answer of its question.")
    meta = {"_meta": message.meta} if message.meta else {}
    params = {name: call[name] for name in ("name", "arguments") if name in call}
    return replace(
        message,
        params={**params, **meta, "requestState": state, "inputResponses": {ANSWER: answer}},
    )
