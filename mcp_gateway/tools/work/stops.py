"""Notes on stops that remain open after work on an asset, and on how to end them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from mcp_gateway.calls.errors import GatewayError
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.datetimes import shown
from mcp_gateway.tools.kit.text import NAME, cleaned
from mcp_gateway.upstream.resources.items import find_item

MOST = 5  # assets of an order that are checked
ENDS = "To end a stop, use update_work_order on a task of the asset with done true and out_of_service_since."
UNTIL_DONE = f"The asset counts as out of service from then on. {ENDS}"
NOT_LOOKED_AT = "It could not be checked whether an asset is still out of service: get_asset shows it."


async def still_out_of_service(call: Call, codes: Iterable[str | None]) -> list[str]:
    """Return notes for an answer. It never raises, because the write before it has already succeeded."""
    assets = [code for code in dict.fromkeys(codes) if code]
    try:
        rows = await asyncio.gather(*(find_item(call.upstream, code) for code in assets[:MOST]))
    except GatewayError:
        return [NOT_LOOKED_AT]
    notes = []
    for row in rows:
        if row is not None and row.available is False:
            since = shown(call.caller, row.initial_date_out_of_service)
            begun = "" if since is None else f", since {since.isoformat(timespec='minutes')}"
            notes.append(f"{cleaned(row.code, NAME)} is still out of service{begun}.")
    if notes:
        notes.append(ENDS)
    if len(assets) > MOST:
        notes.append(f"Only the first {MOST} assets of the order were checked.")
    return notes
