"""Names of hosts that lead nowhere (case 211)."""

from __future__ import annotations

import pytest

from mcp_gateway.upstream.http import NotSent, ReachableOnly, Remote


@pytest.mark.parametrize("host", ["nowhere.invalid", "localhost"])
async def test_case_211_a_name_that_leads_nowhere_or_inside(host: str) -> None:
    """RFC 6761 §6.4, OWASP API7: neither is connected to, so nothing was sent."""
    engine = Remote(ReachableOnly())
    try:
        with pytest.raises(NotSent):
            await engine.send("GET", f"https://{host}/api/items", {}, None)
    finally:
        await engine.close()
