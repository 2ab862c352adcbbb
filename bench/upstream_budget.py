"""Measures what questions cost upstream, and whether one greedy user harms twenty normal ones.

    python bench/upstream_budget.py [--seconds 300] [--quiet 120] [--workers 1] [--json FILE] [--questions]

There are two started instances: a plant with a limit of 200 requests a minute, and the product that asks it
through a proxy that counts each request and each refusal. Users are programs of one company with a token
each. Every normal one asks something about every 20 seconds; the greedy one keeps eight calls in progress.
With more than one worker the budget is shared through a Redis of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import itertools
import json
import os
import random
import secrets
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.process.databases import free_port, redis
from tests.process.server import Server, started

NORMAL_USERS = 20
EVERY_SECONDS = 20.0
GREEDY_CALLS = 8

YEAR_AGO = (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=365)).isoformat()

IN_A_WEEK = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=7)).isoformat()

Question = tuple[str, dict[str, Any]]

QUESTIONS: list[tuple[str, Question]] = [
    ("Which work orders are open?", ("list_work_orders", {"status": ["in_process"]})),
    ("What are the next 25 orders?", ("list_work_orders", {"limit": 25})),
    ("What do we know of genset 2?", ("get_asset", {"code": "GENSET 2"})),
    ("Its history, documents and meters?",
     ("get_asset", {"code": "GENSET 2", "include": ["history", "documents", "meters", "downtime"]})),
    ("Which requests wait?", ("list_work_requests", {})),
    ("Who works here?", ("list_people", {})),
    ("Who works here? (again)", ("list_people", {})),
    ("What is below its minimum?", ("list_stock", {"below_minimum": True})),
    ("Find the pumps", ("search", {"query": "bomba"})),
    ("Request 359", ("search", {"query": "solicitud 359"})),
    ("Hand over the shift", ("get_shift_handover", {})),
    ("What is planned?", ("list_pending_tasks", {})),
    ("Company in numbers", ("get_maintenance_metrics", {"metric": "summary"})),
    ("Twelve months of one asset",
     ("get_maintenance_metrics",
      {"metric": "reliability", "scope": "asset", "code": "GENSET 2", "since": YEAR_AGO})),
    ("Twelve months of the company",
     ("get_maintenance_metrics", {"metric": "reliability", "scope": "company", "since": YEAR_AGO})),
    ("Causes of failure in twelve months",
     ("get_maintenance_metrics", {"metric": "reliability", "group_by": "failure_cause", "since": YEAR_AGO})),
    ("Which machines keep failing?",
     ("get_maintenance_metrics", {"metric": "repeat_failures", "group_by": "asset", "since": YEAR_AGO})),
    ("Backlog", ("get_maintenance_metrics", {"metric": "backlog"})),
    ("Who is free this week?",
     ("get_maintenance_metrics", {"metric": "backlog", "group_by": "person", "until": IN_A_WEEK})),
    ("How old are the open orders?", ("get_maintenance_metrics", {"metric": "ageing"})),
    ("Who did what in 90 days?", ("get_maintenance_metrics", {"metric": "work_per_person"})),
    ("Compliance of 90 days", ("get_maintenance_metrics", {"metric": "compliance"})),
    ("… against those before",
     ("get_maintenance_metrics", {"metric": "compliance", "compare_with": "previous_period"})),
    ("… against the year before",
     ("get_maintenance_metrics", {"metric": "compliance", "compare_with": "previous_year"})),
    ("Stale meters", ("get_maintenance_metrics", {"metric": "stale_meters"})),
    ("Failures by type in twelve months",
     ("get_maintenance_metrics", {"metric": "reliability", "group_by": "failure_type", "since": YEAR_AGO})),
    ("Cost against the 90 days before",
     ("get_maintenance_metrics", {"metric": "cost", "compare_with": "previous_period"})),
    ("Which parts do we use?", ("get_maintenance_metrics", {"metric": "stock_use"})),
    ("Which stock is idle?", ("get_maintenance_metrics", {"metric": "idle_stock"})),
    ("What do we have to buy?", ("get_maintenance_metrics", {"metric": "purchase_draft"})),
    ("All orders in review, as a file", ("list_work_orders", {"status": ["review"], "limit": 1})),
]  # fmt: skip
NORMAL: list[Question] = [
    ("list_work_orders", {"limit": 10}),
    ("list_work_orders", {"limit": 10, "status": ["in_process"]}),
    ("list_work_requests", {"limit": 10}),
    ("list_assets", {"limit": 10}),
    ("list_people", {"limit": 10}),
]


@dataclass
class Ledger:
    """A counting proxy between the product and the plant."""

    target: str
    statuses: Counter[int] = field(default_factory=Counter)
    calls: int = 0
    bytes: int = 0
    url: str = ""

    async def start(self, session: aiohttp.ClientSession) -> web.ServerRunner:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            names = ("authorization", "content-type", "accept")
            headers = {name: request.headers[name] for name in names if name in request.headers}
            address = URL(self.target + request.raw_path, encoded=True)
            async with session.request(
                request.method, address, headers=headers, data=await request.read() or None
            ) as answer:
                body = await answer.read()
            self.calls += 1
            self.bytes += len(body)
            self.statuses[answer.status] += 1
            told = {name: value for name, value in answer.headers.items() if "ratelimit" in name.lower()}
            return web.Response(
                body=body, status=answer.status, headers=told, content_type="application/json"
            )

        runner = web.ServerRunner(web.Server(handle, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = "http://{}:{}/api".format(*runner.addresses[0][:2])
        return runner


@dataclass
class Users:
    session: aiohttp.ClientSession
    address: str
    tokens: list[str]

    async def ask(self, user: int, question: Question) -> tuple[float, int, dict[str, Any]]:
        """Call a tool. Return the seconds, the bytes and the result."""
        body = {
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": question[0], "arguments": question[1]},
        }  # fmt: skip
        headers = {
            "authorization": f"Bearer {self.tokens[user]}", "mcp-protocol-version": "2025-11-25",
            "accept": "application/json, text/event-stream",
        }  # fmt: skip
        began = time.monotonic()
        async with self.session.post(self.address, json=body, headers=headers) as answer:
            content = await answer.read()
            if answer.status != 200:
                raise SystemExit(f"{question}: {answer.status} {content[:300]!r}")
        return time.monotonic() - began, len(content), json.loads(content)["result"]


async def token_of(session: aiohttp.ClientSession, server: Server, made: dict[str, Any]) -> str:
    basic = b64encode(f"{made['key']}:{made['secret']}".encode()).decode()
    fields = {"grant_type": "client_credentials", "resource": made["mcp_url"]}
    async with session.post(
        f"{server.url}/oauth/token", data=fields, headers={"authorization": f"Basic {basic}"}
    ) as answer:
        answer.raise_for_status()
        return str((await answer.json())["access_token"])


async def price(users: Users, ledger: Ledger) -> list[dict[str, Any]]:
    rows = []
    for text, question in QUESTIONS:
        calls, size = ledger.calls, ledger.bytes
        seconds, answer_bytes, result = await users.ask(0, question)
        if result.get("isError"):
            raise SystemExit(f"{text}: {str(result['content'])[:500]}")
        rows.append(
            {
                "question": text, "tool": question[0], "calls": ledger.calls - calls,
                "kb_upstream": (ledger.bytes - size) / 1000, "kb_answer": answer_bytes / 1000,
                "seconds": seconds,
            }
        )  # fmt: skip
    return rows


async def normal_user(
    users: Users, user: int, end: float, times: dict[int, list[float]], bad: Counter[str]
) -> None:
    dice = random.Random(user)
    await asyncio.sleep(dice.uniform(0, EVERY_SECONDS))
    while time.monotonic() < end:
        seconds, _, result = await users.ask(user, dice.choice(NORMAL))
        if result.get("isError"):
            bad["normal refused"] += 1
        else:
            times.setdefault(user, []).append(seconds)
        await asyncio.sleep(dice.uniform(0.5, 1.5) * EVERY_SECONDS)


async def greedy_user(users: Users, number: itertools.count[int], end: float, done: Counter[str]) -> None:
    while time.monotonic() < end:
        count = next(number)
        asked = {"limit": 1 + count % 100, "since": f"2025-01-01T00:{count // 100 % 60:02d}:00Z"}
        asked["until"] = "2030-01-01T00:00:00Z"
        _, _, result = await users.ask(0, ("list_work_orders", asked))
        done["greedy refused" if result.get("isError") else "greedy answered"] += 1
        if result.get("isError"):
            await asyncio.sleep(0.2)


async def phase(users: Users, seconds: float, *, greedy: bool) -> tuple[dict[int, list[float]], Counter[str]]:
    end = time.monotonic() + seconds
    times: dict[int, list[float]] = {}
    done: Counter[str] = Counter()
    tasks = [normal_user(users, user, end, times, done) for user in range(1, NORMAL_USERS + 1)]
    if greedy:
        number = itertools.count()
        tasks += [greedy_user(users, number, end, done) for _ in range(GREEDY_CALLS)]
    await asyncio.gather(*tasks)
    return times, done


def p(times: dict[int, list[float]], share: float) -> float:
    everything = sorted(itertools.chain.from_iterable(times.values()))
    return 1000 * everything[min(len(everything) - 1, int(len(everything) * share))]


async def measure(given: argparse.Namespace, stack: ExitStack) -> dict[str, Any]:
    work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    port = str(free_port())
    shared = {"SECRET_KEY": secrets.token_urlsafe(50), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    plant = stack.enter_context(started(work / "plant", **shared, API_REQUESTS_PER_MINUTE="200"))
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=2), timeout=aiohttp.ClientTimeout(total=60)
    ) as session:
        ledger = Ledger(plant.url)
        runner = await ledger.start(session)
        more = {"WORKERS": str(given.workers), "LOG_LEVEL": "WARNING"}
        if given.workers > 1:
            more["REDIS_URL"] = stack.enter_context(redis(work / "redis"))
        server = stack.enter_context(
            started(
                work / "product", **shared, **more, PORT=port, UPSTREAM_URL=ledger.url,
                UPSTREAM_REQUESTS_PER_MINUTE="200",
                PERSON_REQUESTS_PER_MINUTE="0",
                PERSON_REQUESTS_AT_ONCE="0",
                CONSUMER_REQUESTS_PER_MINUTE="0",
            )
        )  # fmt: skip

        def consumer(number: int) -> dict[str, Any]:
            return server.create_consumer(f"User {number}", grant="client-credentials")

        with ThreadPoolExecutor(3) as pool:
            made = list(pool.map(consumer, range(1 if given.questions else NORMAL_USERS + 1)))
        tokens = [await token_of(session, server, one) for one in made]
        users = Users(session, made[0]["mcp_url"], tokens)
        found: dict[str, Any] = {"questions": await price(users, ledger)}
        if given.questions:
            await runner.cleanup()
            return found
        await asyncio.sleep(60)  # so that the budget is full again
        quiet, _ = await phase(users, given.quiet, greedy=False)
        ledger.statuses.clear()
        calls = ledger.calls
        busy, done = await phase(users, given.seconds, greedy=True)
        await runner.cleanup()
    answered = [len(busy.get(user, ())) for user in range(1, NORMAL_USERS + 1)]
    found |= {
        "quiet_p50": p(quiet, 0.5), "quiet_p95": p(quiet, 0.95), "quiet_calls": sum(map(len, quiet.values())),
        "busy_p50": p(busy, 0.5), "busy_p95": p(busy, 0.95), "busy_max": p(busy, 1.0),
        "busy_calls": sum(answered),
        "fewest": min(answered), "median": statistics.median(answered), **done,
        "upstream": ledger.calls - calls,
        "refused_upstream": ledger.statuses[406] + ledger.statuses[429], "statuses": dict(ledger.statuses),
        "seconds": given.seconds,
    }  # fmt: skip
    return found


def report(found: dict[str, Any], workers: int) -> None:
    print("| question | tool | upstream calls | KB upstream | KB answer | s |")
    print("|---|---|---:|---:|---:|---:|")
    for row in found["questions"]:
        print(
            f"| {row['question']} | `{row['tool']}` | {row['calls']} | {row['kb_upstream']:.1f} "
            f"| {row['kb_answer']:.1f} | {row['seconds']:.2f} |"
        )
    if len(found) == 1:
        return
    print(f"\n{workers} worker(s), {os.cpu_count()} processors\n")
    print("| | quiet | with the greedy one |")
    print("|---|---:|---:|")
    print(f"| answers to normal users | {found['quiet_calls']} | {found['busy_calls']} |")
    print(f"| p50 ms | {found['quiet_p50']:.0f} | {found['busy_p50']:.0f} |")
    print(f"| p95 ms | {found['quiet_p95']:.0f} | {found['busy_p95']:.0f} |")
    print(f"\np95 ratio {found['busy_p95'] / found['quiet_p95']:.2f}; slowest {found['busy_max']:.0f} ms")
    print(f"fewest answers of one user {found['fewest']}, median {found['median']}")
    print(f"normal calls refused {found.get('normal refused', 0)}")
    print(f"greedy: {found.get('greedy answered', 0)} answered, {found.get('greedy refused', 0)} refused")
    print(
        f"upstream {found['upstream']} requests in {found['seconds']} s, "
        f"406 or 429: {found['refused_upstream']}, statuses {found['statuses']}"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=300)
    arguments.add_argument("--quiet", type=int, default=120)
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--questions", action="store_true", help="only what each question costs")
    given = arguments.parse_args()
    with ExitStack() as stack:
        found = asyncio.run(measure(given, stack))
    report(found, given.workers)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if given.questions:
        return
    fair = found["busy_p95"] <= 2 * found["quiet_p95"] and found["fewest"] > 0
    if not fair or found["refused_upstream"] or found.get("normal refused"):
        raise SystemExit("The normal users were harmed.")


if __name__ == "__main__":
    main()
