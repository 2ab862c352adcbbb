"""The maintenance tools, in the order in which they are listed."""

from mcp_gateway.registry import Catalogue
from mcp_gateway.tools import (
    assets,
    catalogue_assets,
    catalogue_people,
    inventory_items,
    inventory_movements,
    meters,
    metrics,
    people,
    search,
    stock,
    third_parties,
    transactions,
    warehouse_documents,
    work_orders,
    work_requests,
)

CATALOGUE = Catalogue.of(
    [
        *people.TOOLS,
        *search.TOOLS,
        *work_orders.TOOLS,
        *assets.TOOLS,
        *work_requests.TOOLS,
        *meters.TOOLS,
        *stock.TOOLS,
        *warehouse_documents.TOOLS,
        *third_parties.TOOLS,
        *transactions.TOOLS,
        *metrics.TOOLS,
        *inventory_items.TOOLS,
        *inventory_movements.TOOLS,
        *catalogue_assets.TOOLS,
        *catalogue_people.TOOLS,
    ]
)
