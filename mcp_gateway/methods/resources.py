"""Records and cards by URI: resources/list, resources/templates/list and resources/read.

A URI is read through the tool that shows such a record, so rights, audit row and fence are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from mcp_types.jsonrpc import INVALID_PARAMS

from mcp_gateway.calls.caller import Caller, decide
from mcp_gateway.calls.dispatch import Context, Dispatcher
from mcp_gateway.calls.errors import InsufficientScope, NotFound, UnknownTool
from mcp_gateway.calls.tool import ToolResult
from mcp_gateway.cards.documents import Documents
from mcp_gateway.protocol.apps import SCHEME as SCHEME_OF_CARDS
from mcp_gateway.protocol.apps import shows_cards
from mcp_gateway.protocol.messages import RESOURCE_NOT_FOUND, ProtocolError
from mcp_gateway.tools.catalogue import CATALOGUE

SCHEME = "fracttal://"
MIME_TYPE = "text/plain"  # the record is JSON within a fence, so the whole text is not JSON
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. `argument` belongs to `tool`, `variable` to the URI template."""

    segment: str
    variable: str
    title: str
    tool: str
    argument: str

    @property
    def template(self) -> str:
        return f"{SCHEME}{self.segment}/{{{self.variable}}}"


KINDS = (
    Kind("work-orders", "folio", "Work order", "get_work_order", "folio"),
    Kind("assets", "code", "Asset", "get_asset", "code"),
    Kind("requests", "id", "Work request", "get_work_request", "id"),
)
BY_SEGMENT = {kind.segment: kind for kind in KINDS}


async def list_cards(
    documents: Documents, caller: Caller, params: Params, capabilities: Params
) -> dict[str, Any]:
    """List the documents of the cards, for clients that show them. Records are too many to be listed."""
    return {"resources": documents.listed if shows_cards(capabilities) else []}


async def list_templates(caller: Caller, params: Params, capabilities: Params) -> dict[str, Any]:
    """List the templates of records that the caller may read."""
    return {
        "resourceTemplates": [
            {
                "uriTemplate": kind.template,
                "name": kind.segment,
                "title": kind.title,
                "description": f"{kind.title} by its {kind.variable}, as {kind.tool} shows it.",
                "mimeType": MIME_TYPE,
            }
            for kind in KINDS
            if decide(CATALOGUE.tools[kind.tool], caller).usable
        ]
    }


async def read(
    dispatcher: Dispatcher, documents: Documents, caller: Caller, params: Params, capabilities: Params
) -> dict[str, Any]:
    """Read a record or the document of a card.

    Raises ProtocolError if the URI is invalid or the person may not see such a record: -32602, and before
    2026-07-28 -32002.
    """
    uri = str(params["uri"])
    if uri.startswith(SCHEME_OF_CARDS):
        if (content := documents.content(uri)) is None:
            raise _not_found("There is no such resource.", uri)
        return {"contents": [content]}
    segment, _, name = uri.removeprefix(SCHEME).partition("/")
    kind = BY_SEGMENT.get(segment)
    if kind is None or not uri.startswith(SCHEME) or not name:
        raise _not_found("There is no such resource.", uri)
    result = await run(dispatcher, caller, kind.tool, {kind.argument: unquote(name)})
    if result.is_error:
        error = result.meta["fracttal-one/error"]
        if error["code"] == NotFound.code:
            raise _not_found(error["message"], uri)
        raise ProtocolError(INVALID_PARAMS, error["message"], data={"uri": uri[:300]})
    (block,) = result.content
    return {"contents": [{"uri": uri, "mimeType": MIME_TYPE, "text": block["text"]}]}


def _not_found(message: str, uri: str) -> ProtocolError:
    return ProtocolError(INVALID_PARAMS, message, data={"uri": uri[:300]}, legacy_code=RESOURCE_NOT_FOUND)


def address(kind: Kind, name: str) -> str:
    return f"{SCHEME}{kind.segment}/{quote(name, safe='')}"


async def run(dispatcher: Dispatcher, caller: Caller, tool: str, arguments: dict[str, Any]) -> ToolResult:
    """Call a tool for a method other than tools/call."""
    try:
        result = await dispatcher.call_tool(caller, tool, arguments, CATALOGUE, Context(request_id=""))
    except (InsufficientScope, UnknownTool):  # not approved, or left out by the address
        raise ProtocolError(INVALID_PARAMS, "This connection may not read that.") from None
    assert isinstance(result, ToolResult)
    return result
