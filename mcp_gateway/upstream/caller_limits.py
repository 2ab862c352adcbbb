"""What a caller may not ask of the upstream at all, whatever the upstream itself would answer."""

from __future__ import annotations

from collections.abc import Sequence

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import NotPermitted

# Every resource of the contract that shows or changes work orders: an unknown one is refused, too.
WORK_ORDERS = ("work_order", "wo_")


def check(caller: Caller, segments: Sequence[str]) -> None:
    """Fracttal One narrows work orders by the account's profile there and not for us: never show more
    than a permission group here promises."""
    narrowed = caller.remote is not None and caller.own_work_orders_only
    if narrowed and segments and segments[0].startswith(WORK_ORDERS):
        raise NotPermitted(
            "This connection is limited to the person's own work orders, a limit that only an "
            "account's profile at Fracttal One can apply. An administrator has to choose a "
            "permission group without that limit here."
        )
