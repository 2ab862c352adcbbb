"""The steps that every real client takes once it is connected, and the expected answers."""

from __future__ import annotations

from typing import Any

TOOLS = {
    "whoami", "search", "fetch", "list_work_orders", "get_work_order", "list_assets", "get_asset",
    "list_work_requests", "get_work_request", "list_meters", "list_people", "get_maintenance_metrics",
    "create_work_request", "add_meter_reading", "list_stock", "list_warehouse_documents",
    "list_third_parties", "list_transactions", "create_work_order", "update_work_order", "cancel_work_order",
    "update_work_request", "list_pending_tasks", "list_task_plans", "list_meter_readings",
    "get_shift_handover", "get_my_day",
}  # fmt: skip
READ = ("list_work_orders", {"status": ["in_process"], "limit": 5})


def write(client: str) -> tuple[str, dict[str, Any]]:
    """Return a different work request for each client, so that none counts as a repeat."""
    return "create_work_request", {
        "title": f"Ruido anormal en la bomba ({client})",
        "urgent": False,
        "even_if_similar": True,
    }


def check_read(result: dict[str, Any]) -> None:
    assert 1 <= len(result["work_orders"]) <= 5
    assert {order["status"] for order in result["work_orders"]} == {"in_process"}


def check_write(result: dict[str, Any]) -> None:
    assert result["id"] > 0
    assert result["url"].startswith("http")
