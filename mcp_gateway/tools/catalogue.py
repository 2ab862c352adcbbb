"""All maintenance tools, in the order of `tools/list`."""

from mcp_gateway.calls.tool import Catalogue
from mcp_gateway.tools import fetch, search, transactions
from mcp_gateway.tools.equipment import (
    asset_changes,
    assets,
    meter_creation,
    meters,
    reading_changes,
    readings,
)
from mcp_gateway.tools.metrics import metrics
from mcp_gateway.tools.parties import (
    document_list,
    documents,
    people,
    people_changes,
    third_parties,
    third_party_changes,
)
from mcp_gateway.tools.shifts import handover, my_day
from mcp_gateway.tools.supply import item_changes, movements, stock, warehouse_documents
from mcp_gateway.tools.work import (
    attachments,
    order_changes,
    order_creation,
    order_details,
    order_list,
    pending_tasks,
    planned_work,
    planning,
    request_changes,
    requests,
    resources,
    subtasks,
    task_plans,
)

CATALOGUE = Catalogue.of(
    [
        *people.TOOLS,
        *search.TOOLS,
        *fetch.TOOLS,
        *order_list.TOOLS,
        *order_details.TOOLS,
        *handover.TOOLS,
        *my_day.TOOLS,
        *order_creation.TOOLS,
        *order_changes.TOOLS,
        *requests.TOOLS,
        *request_changes.TOOLS,
        *pending_tasks.TOOLS,
        *task_plans.TOOLS,
        *assets.TOOLS,
        *meters.TOOLS,
        *reading_changes.TOOLS,
        *readings.TOOLS,
        *stock.TOOLS,
        *warehouse_documents.TOOLS,
        *third_parties.TOOLS,
        *transactions.TOOLS,
        *metrics.TOOLS,
        *planning.TOOLS,
        *planned_work.TOOLS,
        *document_list.TOOLS,
        *subtasks.TOOLS,
        *resources.TOOLS,
        *attachments.TOOLS,
        *item_changes.TOOLS,
        *movements.TOOLS,
        *asset_changes.TOOLS,
        *meter_creation.TOOLS,
        *people_changes.TOOLS,
        *third_party_changes.TOOLS,
        *documents.TOOLS,
    ]
)
