"""completion/complete: codes, folios and numbers that the person may see, for resources and prompts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp_gateway.calls.caller import Caller, Verdict, decide
from mcp_gateway.calls.dispatch import Dispatcher
from mcp_gateway.methods.prompts import PROMPTS
from mcp_gateway.methods.resources import KINDS, run
from mcp_gateway.tools.catalogue import CATALOGUE

MOST = 100
SHORTEST = 2  # characters of a text to search for
# Variable → the tool that completes it, the records in its answer, and their field.
SOURCES: dict[str, tuple[str, str, str]] = {
    "folio": ("list_work_orders", "work_orders", "folio"),
    "code": ("list_assets", "assets", "code"),
    "asset": ("list_assets", "assets", "code"),
    "location": ("list_assets", "assets", "code"),
    "id": ("list_work_requests", "work_requests", "id"),
}
Params = Mapping[str, Any]


async def complete(
    dispatcher: Dispatcher, caller: Caller, params: Params, capabilities: Params
) -> dict[str, Any]:
    """Return at most a hundred values that contain the typed text; none for an unknown variable."""
    reference, argument = params["ref"], params["argument"]
    name, begun = str(argument["name"]), str(argument["value"])
    if name not in _variables(reference) or name not in SOURCES:
        return _values([])
    tool, plural, field = SOURCES[name]
    if decide(CATALOGUE.tools[tool], caller).verdict != Verdict.ALLOWED:
        return _values([])  # nobody is asked while a value is being typed
    arguments: dict[str, Any] = {"limit": MOST}
    if name == "location":
        arguments["type"] = "location"
    if len(begun) >= SHORTEST:
        arguments["text"] = begun
    answer = (await run(dispatcher, caller, tool, arguments)).structured or {}
    found = [str(row[field]) for row in answer.get(plural, ()) if field in row]
    typed = begun.casefold()
    fitting = [value for value in found if typed in value.casefold()] or (
        found if len(begun) >= SHORTEST else []
    )
    fitting.sort(key=lambda value: not value.casefold().startswith(typed))
    values = list(dict.fromkeys(fitting))
    if not answer.get("has_more"):
        return _values(values)
    # The number of matches is unknown, unless nothing was typed and all values match.
    return _values(values, more=True, total=None if begun else answer.get("total"))


def _variables(reference: Mapping[str, Any]) -> set[str]:
    if reference.get("type") == "ref/resource":
        return {kind.variable for kind in KINDS if kind.template == reference.get("uri")}
    prompt = PROMPTS.get(str(reference.get("name")))
    return {argument.name for argument in prompt.arguments} if prompt else set()


def _values(values: list[str], *, more: bool = False, total: int | None = None) -> dict[str, Any]:
    """Build the result, without `total` if it is unknown."""
    known = total if more else len(values)
    shown: dict[str, Any] = {"values": values[:MOST], "hasMore": more or len(values) > MOST}
    return {"completion": shown if known is None else {**shown, "total": known}}
