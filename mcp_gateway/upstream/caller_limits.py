"""Requests that a caller may not make upstream, whatever the upstream would answer."""

from __future__ import annotations

from collections.abc import Sequence

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import NotPermitted

# Prefixes of all resources that show or change work orders. Unknown resources with these prefixes are refused
# too.
WORK_ORDERS = ("work_order", "wo_")


def check(caller: Caller, segments: Sequence[str]) -> None:
    """Refuse work orders to a caller who may see only their own if the data is at Fracttal One.

    Fracttal One limits work orders by the account's profile and not by our permission group, so an answer
    could show more than the group allows. Raises NotPermitted.
    """
    narrowed = caller.remote is not None and caller.own_work_orders_only
    if narrowed and segments and segments[0].startswith(WORK_ORDERS):
        raise NotPermitted(
            "This connection is limited to the person's own work orders, a limit that only an "
            "account's profile at Fracttal One can apply. An administrator has to choose a "
            "permission group without that limit here."
        )
