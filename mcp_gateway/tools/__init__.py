"""The maintenance tools, in the order in which they are listed."""

from mcp_gateway.registry import Catalogue
from mcp_gateway.tools import (
    assets,
    catalogue_assets,
    catalogue_people,
    execution,
    inventory_items,
    inventory_movements,
    meter_readings,
    meters,
    metrics,
    people,
    planning,
    planning_writes,
    search,
    stock,
    third_parties,
    transactions,
    warehouse_documents,
    work_order,
    work_order_writes,
    work_orders,
    work_request_writes,
    work_requests,
)

CATALOGUE = Catalogue.of(
    [
        *people.TOOLS,
        *search.TOOLS,
        *work_orders.TOOLS,
        *work_order.TOOLS,
        *work_order_writes.TOOLS,
        *work_requests.TOOLS,
        *work_request_writes.TOOLS,
        *planning.TOOLS,
        *assets.TOOLS,
        *meters.TOOLS,
        *meter_readings.TOOLS,
        *stock.TOOLS,
        *warehouse_documents.TOOLS,
        *third_parties.TOOLS,
        *transactions.TOOLS,
        *metrics.TOOLS,
        *planning_writes.TOOLS,
        *execution.TOOLS,
        *inventory_items.TOOLS,
        *inventory_movements.TOOLS,
        *catalogue_assets.TOOLS,
        *catalogue_people.TOOLS,
    ]
)
