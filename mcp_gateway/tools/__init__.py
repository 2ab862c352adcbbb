"""The maintenance tools, in the order in which they are listed."""

from mcp_gateway.registry import Catalogue
from mcp_gateway.tools import assets, meters, metrics, people, search, work_orders, work_requests

CATALOGUE = Catalogue.of(
    [
        *people.TOOLS,
        *search.TOOLS,
        *work_orders.TOOLS,
        *assets.TOOLS,
        *work_requests.TOOLS,
        *meters.TOOLS,
        *metrics.TOOLS,
    ]
)
