"""The figures of the consent page: never waited for, never at the cost of calls."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from accounts.models import Membership
from accounts.rights import Module
from consumers.models import Consumer
from mcp_gateway import record_counts
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.http_servers import serving


class Slow(ThreadingHTTPServer):
    """An upstream that holds every answer until `release` is set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Holding)
        self.release = threading.Event()
        self.asked: list[str] = []
        self.refused = ""
        self.filters = True
        self.rows: dict[str, list[dict[str, Any]]] = {}


class Holding(BaseHTTPRequestHandler):
    """Answers with the rows that the test gave a resource, or says that there are 1240."""

    server: Slow

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.release.wait(60)
        refused = bool(self.server.refused) and self.server.refused in self.path
        parts = urlsplit(self.path)
        limit = int(dict(parse_qsl(parts.query)).get("limit", 100))
        rows = self.server.rows.get(parts.path.strip("/").split("/")[-1])
        if rows is not None and "item_type=1" in parts.query and self.server.filters:
            rows = [row for row in rows if row["id_type_item"] == 1]
        total = 1240 if rows is None else len(rows)
        answer = {
            "success": not refused,
            "message": "UNAUTHORIZED_ENDPOINT",
            "data": (rows or [])[:limit],
            "total": total,
        }
        body = json.dumps(answer).encode()
        self.send_response(401 if refused else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def upstream(settings: Any) -> Iterator[Slow]:
    server = Slow()
    settings.UPSTREAM_URL = f"http://127.0.0.1:{server.server_address[1]}/api"
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 0
    with serving(server):
        yield server
        server.release.set()


@pytest.fixture
def loop() -> Iterator[None]:
    """The event loop of a server, in its own thread."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever, daemon=True)
    thread.start()
    runtime().serving = made
    yield
    asyncio.run_coroutine_threadsafe(runtime().close_loop(), made).result(10)
    made.call_soon_threadsafe(made.stop)
    thread.join(10)
    made.close()


@pytest.fixture
def asking(world: World) -> tuple[Membership, Consumer]:
    return Membership.objects.get(user=world.owner), consumer_in(world)


def test_nobody_waits_for_a_slow_answer(
    upstream: Slow, loop: None, asking: tuple[Membership, Consumer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures are left out while the upstream still holds its answers: waiting for them would not end."""
    assert record_counts.of(*asking, Module) == {}
    assert not upstream.release.is_set()
    upstream.release.set()
    monkeypatch.setattr(record_counts, "SECONDS", 30)
    assert record_counts.of(*asking, Module) == {"work_orders_at_most": 1240, "assets": 1240}


def test_four_calls_at_most_and_none_when_the_budget_is_scarce(
    upstream: Slow,
    loop: None,
    asking: tuple[Membership, Consumer],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(record_counts, "SECONDS", 30)
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 24  # six at once
    upstream.release.set()
    upstream.rows["work_orders"] = [task("OT-1")]
    assert len(record_counts.of(*asking, Module)) == 2
    assert len(upstream.asked) == 4
    assert record_counts.of(*asking, Module) == {}
    assert len(upstream.asked) == 4, "what is left is for the assistants"


def test_a_module_that_the_upstream_refuses_is_left_out(
    upstream: Slow, loop: None, asking: tuple[Membership, Consumer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_counts, "SECONDS", 30)
    upstream.release.set()
    upstream.refused = "/items"
    assert record_counts.of(*asking, Module) == {"work_orders_at_most": 1240}


def test_without_a_server_there_are_no_figures(asking: tuple[Membership, Consumer]) -> None:
    assert runtime().serving is None
    assert record_counts.of(*asking, Module) == {}


def test_only_what_the_app_may_read_is_counted(
    upstream: Slow, loop: None, asking: tuple[Membership, Consumer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator's ceiling may leave the app fewer modules than the person has."""
    monkeypatch.setattr(record_counts, "SECONDS", 30)
    upstream.release.set()
    assert record_counts.of(*asking, [Module.ASSETS]) == {"assets": 1240}
    assert record_counts.of(*asking, []) == {}
    assert not [path for path in upstream.asked if "work" in path]


def task(folio: str) -> dict[str, Any]:
    return {"wo_folio": folio, "id_work_orders_tasks": 1}


def place(code: str, inside: str = "") -> dict[str, Any]:
    return {
        "code": code,
        "id_type_item": 1,
        "location_code": inside or None,
        "parent_description": f"// {inside}/ " if inside else "//",
    }


def test_orders_are_counted_and_not_their_tasks(
    upstream: Slow, loop: None, asking: tuple[Membership, Consumer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three tasks of two orders; five locations, two of which are in no other one."""
    monkeypatch.setattr(record_counts, "SECONDS", 30)
    upstream.release.set()
    upstream.rows["work_orders"] = [task("OT-1"), task("OT-1"), task("OT-2")]
    upstream.rows["items"] = [
        place("NORTE"), place("SUR"), place("N-1", "NORTE"), place("N-2", "NORTE"), place("S-1", "SUR"),
        {"code": "P-1", "id_type_item": 2, "location_code": None, "parent_description": "//"},
    ]  # fmt: skip
    counted = {"work_orders": 2, "sites": 2, "assets": 6}
    assert record_counts.of(*asking, [Module.WORK_ORDERS, Module.ASSETS]) == counted
    upstream.filters = False  # the type is passed over: which locations there are is not sure
    del counted["sites"]
    assert record_counts.of(*asking, [Module.WORK_ORDERS, Module.ASSETS]) == counted


def test_more_orders_than_a_page_shows_are_a_bound_and_more_places_are_left_out(
    upstream: Slow, loop: None, asking: tuple[Membership, Consumer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_counts, "SECONDS", 30)
    upstream.release.set()
    upstream.rows["work_orders"] = [task(f"OT-{number // 2}") for number in range(101)]
    upstream.rows["items"] = [place(f"L-{number}") for number in range(101)]
    found = record_counts.of(*asking, [Module.WORK_ORDERS, Module.ASSETS])
    assert found == {"work_orders_at_most": 101, "assets": 101}
