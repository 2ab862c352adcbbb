"""The maintenance tools, in the order in which they are listed."""

from mcp_gateway.calls.tool import Catalogue
from mcp_gateway.tools import fetch, search, transactions
from mcp_gateway.tools.equipment import asset_changes as catalogue_assets
from mcp_gateway.tools.equipment import assets, meters
from mcp_gateway.tools.equipment import reading_changes as meter_writes
from mcp_gateway.tools.equipment import readings as meter_readings
from mcp_gateway.tools.metrics import metrics
from mcp_gateway.tools.parties import documents as catalogue_documents
from mcp_gateway.tools.parties import people, third_parties
from mcp_gateway.tools.parties import people_changes as catalogue_people
from mcp_gateway.tools.parties import third_party_changes as catalogue_third_parties
from mcp_gateway.tools.supply import documents as warehouse_documents
from mcp_gateway.tools.supply import item_changes as inventory_items
from mcp_gateway.tools.supply import movements as inventory_movements
from mcp_gateway.tools.supply import stock
from mcp_gateway.tools.work import execution, pending_tasks, task_plans
from mcp_gateway.tools.work import order_changes as work_order_writes
from mcp_gateway.tools.work import order_creation as work_order_creation
from mcp_gateway.tools.work import order_details as work_order
from mcp_gateway.tools.work import order_list as work_orders
from mcp_gateway.tools.work import planning as planning_writes
from mcp_gateway.tools.work import request_changes as work_request_writes
from mcp_gateway.tools.work import requests as work_requests

CATALOGUE = Catalogue.of(
    [
        *people.TOOLS,
        *search.TOOLS,
        *fetch.TOOLS,
        *work_orders.TOOLS,
        *work_order.TOOLS,
        *work_order_creation.TOOLS,
        *work_order_writes.TOOLS,
        *work_requests.TOOLS,
        *work_request_writes.TOOLS,
        *pending_tasks.TOOLS,
        *task_plans.TOOLS,
        *assets.TOOLS,
        *meters.TOOLS,
        *meter_writes.TOOLS,
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
        *catalogue_third_parties.TOOLS,
        *catalogue_documents.TOOLS,
    ]
)
