"""Decides which revision a message uses, from the message alone.

Legacy: 2024-11-05 to 2025-11-25, which begin with `initialize`. Modern: 2026-07-28, where each request
carries its own envelope and repeats it in headers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp.shared.inbound import (
    MCP_PROTOCOL_VERSION_HEADER,
    InboundLadderRejection,
    classify_inbound_request,
    unsupported_protocol_version_rejection,
    validate_mcp_param_headers,
)
from mcp_types import PROTOCOL_VERSION_META_KEY
from mcp_types.jsonrpc import INVALID_PARAMS, INVALID_REQUEST
from mcp_types.version import (
    HANDSHAKE_PROTOCOL_VERSIONS,
    KNOWN_PROTOCOL_VERSIONS,
    LATEST_HANDSHAKE_VERSION,
)

from mcp_gateway.protocol.messages import MOST_BATCHED, Message, ProtocolError

ASSUMED = "2025-03-26"  # for a client that sends no header (2025-06-18, "Protocol Version Header")
BATCHES = "2025-03-26"  # the only revision with batches, which it requires servers to accept


@dataclass(frozen=True, slots=True)
class Revision:
    version: str
    capabilities: Mapping[str, Any]

    @property
    def modern(self) -> bool:
        return self.version not in HANDSHAKE_PROTOCOL_VERSIONS

    @property
    def without_questions(self) -> Revision:
        """Return it for a client that cannot be asked now: only its extensions count."""
        extensions = self.capabilities.get("extensions")
        return Revision(self.version, {"extensions": extensions} if extensions else {})


def revision_of(message: Message, headers: Mapping[str, str]) -> Revision:
    """Return the revision. Raises ProtocolError -32020, -32022 or -32602 with the id of the message."""
    asked = headers.get(MCP_PROTOCOL_VERSION_HEADER)
    version = asked or ASSUMED
    named = message.meta.get(PROTOCOL_VERSION_META_KEY)
    if version in HANDSHAKE_PROTOCOL_VERSIONS and (named is None or named == version):
        return Revision(version, {})
    if message.id is None:
        # A notification has no envelope to compare with the header.
        if rejection := unsupported_protocol_version_rejection(version, KNOWN_PROTOCOL_VERSIONS):
            raise _refused(rejection, message)
        return Revision(version, {})
    body = {"method": message.method, "params": message.params}
    route = classify_inbound_request(body, headers=headers)
    if isinstance(route, InboundLadderRejection):
        if asked is not None and asked not in KNOWN_PROTOCOL_VERSIONS and named in (None, asked):
            route = unsupported_protocol_version_rejection(asked) or route
        raise _refused(route, message)
    if not isinstance(route.client_capabilities, dict):
        raise ProtocolError(
            INVALID_PARAMS, "The client capabilities in params._meta are an object.", request_id=message.id
        )
    return Revision(route.protocol_version, route.client_capabilities)


def check_batch(batch: Sequence[Any], headers: Mapping[str, str]) -> None:
    """Check the size of a batch, and that its revision has batches. Raises ProtocolError -32600."""
    if (headers.get(MCP_PROTOCOL_VERSION_HEADER) or ASSUMED) != BATCHES:
        raise ProtocolError(
            INVALID_REQUEST, f"Send one JSON-RPC message as an object: only {BATCHES} has batches."
        )
    if not 0 < len(batch) <= MOST_BATCHED:
        raise ProtocolError(INVALID_REQUEST, f"A batch has 1 to {MOST_BATCHED} messages.")


def check_parameter_headers(message: Message, schema: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Compare `Mcp-Param-*` headers with the arguments that they repeat (2026-07-28, transports).

    Raises ProtocolError.
    """
    arguments = message.params.get("arguments")
    rejection = validate_mcp_param_headers(schema, arguments if isinstance(arguments, dict) else {}, headers)
    if rejection is not None:
        raise _refused(rejection, message)


def handshake_version(message: Message) -> str:
    """Return the version that `initialize` agrees on: the requested one if it is known."""
    asked = message.params.get("protocolVersion")
    return asked if asked in HANDSHAKE_PROTOCOL_VERSIONS else LATEST_HANDSHAKE_VERSION


def _refused(rejection: InboundLadderRejection, message: Message) -> ProtocolError:
    return ProtocolError(rejection.code, rejection.message, data=rejection.data, request_id=message.id)
