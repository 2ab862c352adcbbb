"""A mock upstream that is faster than every server it serves: prebuilt pages of work orders.

    python bench/upstream.py PORT [DELAY_MS]

Answers every GET below /api/ with a page of task rows in the REST contract's shape, by `start` and `limit`.
"""

from __future__ import annotations

import asyncio
import re
import sys
from functools import cache
from typing import Any

import orjson
import uvloop

TOTAL = 3691
LETTERS = "Revisión del sello mecánico y del alineamiento del acople. "


def row(number: int) -> dict[str, object]:
    return {
        "id_work_order": 5000 + number,
        "id_work_orders_tasks": 9000 + number,
        "wo_folio": f"OT-{1000 + number}",
        "id_status_work_order": 1,
        "creation_date": "2026-10-01T08:00:00.000000+00:00",
        "date_maintenance": "2026-10-03T08:00:00.000000+00:00",
        "initial_date": None,
        "final_date": None,
        "duration": 3600,
        "tasks_duration": 3600,
        "real_duration": 0,
        "personnel_description": "Marcos  Silva",
        "code_responsible": "RH-07",
        "code": f"EQ-{number:03d}",
        "items_log_description": f"Bomba centrífuga {number} {{ EQ-{number:03d} }}",
        "parent_description": "// Planta/ Línea 3/ ",
        "description": "Inspección mensual",
        "task_note": LETTERS,
        "tasks_log_task_type_main": "Preventiva",
        "id_priorities": 3,
        "priorities_description": "MEDIUM",
        "trigger_description": "DATE$EVERY$1$MONTHS",
        "task_status": "NO_STARTED",
        "done": False,
        "total_cost_task": 125.5,
    }


@cache
def answer(start: int, limit: int) -> bytes:
    """Build one page as an HTTP answer, once: 480 bytes per row."""
    rows = [row(n) for n in range(start, min(start + limit, TOTAL))]
    body = orjson.dumps({"success": True, "message": "200", "data": rows, "total": TOTAL})
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nratelimit-limit: 200\r\n"
        b"ratelimit-remaining: 199\r\nratelimit-reset: 60\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    return head + body


def asked(request: bytes, name: bytes, default: int) -> int:
    found = re.search(rb"[?&]" + name + rb"=(\d+)", request.split(b"\r\n", 1)[0])
    return int(found[1]) if found else default


class Connection(asyncio.Protocol):
    """Split requests at their empty line, since they have no body."""

    delay = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport, self.rest = transport, b""

    def data_received(self, data: bytes) -> None:
        self.rest += data
        *whole, self.rest = self.rest.split(b"\r\n\r\n")
        for request in whole:
            page = answer(asked(request, b"start", 0), min(asked(request, b"limit", 100), 100))
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self.transport.write, page)
            else:
                self.transport.write(page)


async def main(port: int, delay_ms: float) -> None:
    Connection.delay = delay_ms / 1000
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0))
