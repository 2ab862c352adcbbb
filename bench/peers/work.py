"""What every peer does besides speaking: check the token, ask the upstream, shape the rows.

The work of one call is that of the product's list_work_orders as far as a small server would do it:
one pooled GET with the person's own credential, JSON in, clean names, JSON out.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Any

import aiohttp
import orjson

UPSTREAM = os.environ["BENCH_UPSTREAM"]
TOKENS = {hashlib.sha256(os.environ["BENCH_TOKEN"].encode()).digest(): "Bearer upstream-person-1"}
INPUT = {
    "type": "object",
    "properties": {"limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}},
    "additionalProperties": False,
}
_session: list[aiohttp.ClientSession] = []


def credential(headers: list[tuple[bytes, bytes]]) -> str | None:
    shown = next((value for name, value in headers if name == b"authorization"), b"")
    digest = hashlib.sha256(shown.removeprefix(b"Bearer ")).digest()
    return next((kept for known, kept in TOKENS.items() if hmac.compare_digest(known, digest)), None)


async def work_orders(limit: int, shown: str) -> dict[str, Any]:
    if not _session:
        _session.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2000)))
    address = f"{UPSTREAM}/work_orders/?limit={limit}"
    async with _session[0].get(address, headers={"authorization": shown}) as answer:
        envelope = orjson.loads(await answer.read())
    return {
        "work_orders": [
            {
                "folio": row["wo_folio"],
                "status": "in_process",
                "asset": {"code": row["code"], "name": row["items_log_description"]},
                "responsible": row["personnel_description"],
                "scheduled": row["date_maintenance"],
                "task": row["description"],
                "note": row["task_note"],
                "priority": row["priorities_description"].lower(),
                "duration_minutes": row["tasks_duration"] / 60,
            }
            for row in envelope["data"][:limit]
        ],
        "total": envelope["total"],
    }
