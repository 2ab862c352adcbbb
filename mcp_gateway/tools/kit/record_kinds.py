"""The kinds of an id that search gives and fetch takes."""

from __future__ import annotations

# The kind of an id, and the right that reading it takes.
KINDS = {
    "asset": "assets:view",
    "work_order": "work_orders:view",
    "work_request": "work_requests:view",
    "meter": "meters:view",
    "person": "people:view",
}
