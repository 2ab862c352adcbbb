"""Measures single calls on the demo plant with the embedded API, one after another.

    python bench/embedded.py [--calls 20] [--database URL] [--json FILE]

Prints for each tool the median of the wall time and the processor time of the server for one call. The
budget upstream is lifted. Processor time is what compares on a machine that does other work too.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.upstream_budget import Question, Users, token_of
from tests.process.databases import free_port
from tests.process.server import started

YEAR_AGO = (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=365)).isoformat()
METRICS = (
    "reliability", "summary", "compliance", "backlog", "planned_share", "work_per_person", "repeat_failures",
    "cost", "requests", "stale_meters", "meter_forecast", "stock_below_minimum", "purchase_draft",
)  # fmt: skip
WITHOUT_PERIOD = {"backlog", "stale_meters", "meter_forecast", "stock_below_minimum", "purchase_draft"}
QUESTIONS: list[Question] = [
    ("whoami", {}),
    ("list_work_orders", {"limit": 25}),
    ("get_asset", {"code": "GENSET 2"}),
    ("search", {"query": "bomba"}),
]
TICKS = os.sysconf("SC_CLK_TCK")


def metric(name: str) -> Question:
    arguments = {"metric": name, "allow_calls": 400}
    if name not in WITHOUT_PERIOD:
        arguments["since"] = YEAR_AGO
    return "get_maintenance_metrics", arguments


def processor_seconds(pid: int) -> float:
    """Sum the user and system time of the process and its threads (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def measure(given: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        port = str(free_port())
        more = {"DATABASE_URL": given.database} if given.database else {}
        with started(
            Path(directory), PORT=port, PUBLIC_URL=f"http://127.0.0.1:{port}", LOG_LEVEL="WARNING",
            UPSTREAM_REQUESTS_PER_MINUTE="1000000", API_REQUESTS_PER_MINUTE="1000000",
            PERSON_REQUESTS_PER_MINUTE="0", PERSON_REQUESTS_AT_ONCE="0", CONSUMER_REQUESTS_PER_MINUTE="0",
            **more,
        ) as server:  # fmt: skip
            made = server.create_consumer("Bench", grant="client-credentials")
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
                users = Users(session, made["mcp_url"], [await token_of(session, server, made)])
                for question in [*QUESTIONS, *map(metric, METRICS)]:
                    rows.append(await one(users, question, server.pid, given.calls))
    return rows


async def one(users: Users, question: Question, pid: int, calls: int) -> dict[str, Any]:
    await users.ask(0, question)  # the first call fills caches of the process
    times = []
    before = processor_seconds(pid)
    begun = time.monotonic()
    while len(times) < calls and time.monotonic() - begun < 20:
        seconds, size, result = await users.ask(0, question)
        if result.get("isError"):
            raise SystemExit(f"{question}: {str(result['content'])[:500]}")
        times.append(seconds)
    spent = processor_seconds(pid) - before
    return {
        "question": question[1].get("metric", question[0]), "ms": 1000 * statistics.median(times),
        "cpu_ms": 1000 * spent / len(times), "kb": size / 1000,
    }  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--calls", type=int, default=20)
    arguments.add_argument("--database", default="")
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    rows = asyncio.run(measure(given))
    print("| call | ms | processor ms | KB answer |")
    print("|---|---:|---:|---:|")
    for row in rows:
        print(f"| {row['question']} | {row['ms']:.1f} | {row['cpu_ms']:.1f} | {row['kb']:.1f} |")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
