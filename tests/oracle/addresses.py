"""The pages of the records that answers show."""

from __future__ import annotations

# The page of a record, and the field that identifies the record there.
PAGES: dict[tuple[str, str], tuple[str, str]] = {
    ("list_people", "people.url"): ("people", "code"),
    ("list_work_orders", "work_orders.url"): ("work-orders", "folio"),
    ("get_work_order", "url"): ("work-orders", "folio"),
    ("get_work_order", "requisitions.url"): ("work-orders", "work_order"),
    ("list_work_requests", "work_requests.url"): ("work-requests", "id"),
    ("get_work_request", "url"): ("work-requests", "id"),
    ("list_assets", "assets.url"): ("assets", "code"),
    ("get_asset", "url"): ("assets", "code"),
    ("get_asset", "meters.url"): ("meters", "id"),
    ("get_asset", "history.url"): ("work-orders", "folio"),
    ("list_meters", "meters.url"): ("meters", "id"),
    ("list_stock", "warehouses.url"): ("warehouses", "code"),
    ("list_stock", "stock.url"): ("stock-items", "item"),
    ("list_warehouse_documents", "documents.url"): ("work-orders", "work_order"),
    ("list_third_parties", "third_parties.url"): ("third-parties", "code"),
    ("search", "results.url"): ("", "id"),
    ("fetch", "url"): ("", "id"),
    ("get_maintenance_metrics", "groups.url"): ("", "key"),
    ("get_maintenance_metrics", "rows.url"): ("", "key"),
}
