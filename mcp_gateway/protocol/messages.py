"""Encodes and decodes JSON-RPC: the messages of a POST, answers and errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from mcp.shared.inbound import ERROR_CODE_HTTP_STATUS
from mcp_types.jsonrpc import INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR

MAX_DEPTH = 64
MOST_BATCHED = 20
RESOURCE_NOT_FOUND = -32002  # until 2025-11-25; -32602 since
RequestId = str | int


class ProtocolError(Exception):
    """A JSON-RPC error: code, our own sentence, and the HTTP status that goes with it."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        data: Any = None,
        request_id: RequestId | None = None,
        status: int = 0,
        legacy_code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.legacy_code = legacy_code or code
        self.code, self.message, self.data, self.request_id = code, message, data, request_id
        self.status = status or ERROR_CODE_HTTP_STATUS.get(code, 200)


@dataclass(frozen=True, slots=True)
class Message:
    """A request; if `id` is None, a notification, or (with `reply`) a response of the client."""

    method: str
    params: dict[str, Any]
    id: RequestId | None
    reply: dict[str, Any] | None = None

    @property
    def meta(self) -> dict[str, Any]:
        found = self.params.get("_meta")
        return found if isinstance(found, dict) else {}


def decode(body: bytes) -> Any:
    """Decode the body of a POST: a message, or a list of messages.

    Of repeated keys the last one counts (RFC 8259 allows it). Raises ProtocolError: -32700 for invalid JSON,
    -32600 for JSON that is neither.
    """
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ProtocolError(PARSE_ERROR, "The body is not valid JSON.") from None
    if not isinstance(data, (dict, list)):
        raise ProtocolError(INVALID_REQUEST, "Send a JSON-RPC message as an object.")
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and deeper_than(data, MAX_DEPTH):
        raise ProtocolError(INVALID_REQUEST, "The message is nested too deeply.")
    return data


def message_of(data: Any) -> Message:
    """Validate a message. Raises ProtocolError -32600."""
    if not isinstance(data, dict):
        raise ProtocolError(INVALID_REQUEST, "A JSON-RPC message is an object.")
    if data.get("jsonrpc") != "2.0":
        raise ProtocolError(INVALID_REQUEST, 'A message carries "jsonrpc": "2.0".')
    method = data.get("method")
    if method is None and ("result" in data or "error" in data):
        return Message("", {}, None, data)
    request_id = data.get("id")
    if "id" in data and not (
        isinstance(request_id, str) or (isinstance(request_id, int) and not isinstance(request_id, bool))
    ):
        raise ProtocolError(INVALID_REQUEST, "The id of a request is a string or an integer.")
    if not isinstance(method, str) or not method:
        raise ProtocolError(INVALID_REQUEST, "A request names its method.", request_id=request_id)
    params = data.get("params")
    if params is None:  # several libraries send null for no params
        params = {}
    if not isinstance(params, dict):
        raise ProtocolError(INVALID_PARAMS, "params is an object.", request_id=request_id)
    return Message(method, params, request_id)


def deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def result(request_id: RequestId, data: Any) -> bytes:
    """Encode a result. `data` may be prebuilt JSON wrapped in orjson.Fragment."""
    return orjson.dumps({"jsonrpc": "2.0", "id": request_id, "result": data})


def batch(answers: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(answers) + b"]"


def error(problem: ProtocolError) -> bytes:
    told: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.data is not None:
        told["data"] = problem.data
    return orjson.dumps({"jsonrpc": "2.0", "id": problem.request_id, "error": told})


def request(request_id: RequestId, asked: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "id": request_id, **asked})


def notification(method: str, params: dict[str, Any]) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "method": method, "params": params})


def event(message: bytes) -> bytes:
    """Encode a message as a server-sent event."""
    return b"event: message\ndata: " + message + b"\n\n"
