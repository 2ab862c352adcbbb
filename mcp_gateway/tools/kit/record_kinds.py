"""The kinds of records in the ids of search and fetch."""

from __future__ import annotations

# The kind, and the right that reading it needs.
KINDS = {
    "asset": "assets:view",
    "work_order": "work_orders:view",
    "work_request": "work_requests:view",
    "meter": "meters:view",
    "person": "people:view",
}
