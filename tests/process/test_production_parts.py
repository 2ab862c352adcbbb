"""The product on PostgreSQL and Redis in several processes: the same steps, the same answers."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.databases import postgres, postgres_server, redis
from tests.process.person import Person
from tests.process.prepared import demo_postgres
from tests.process.server import Server, started

pytestmark = pytest.mark.postgres


def test_the_journey_on_postgresql_and_redis_in_two_processes(tmp_path: Path) -> None:
    with (
        postgres() as database,
        redis(tmp_path / "redis") as cache,
        started(tmp_path / "product", DATABASE_URL=database, REDIS_URL=cache, WORKERS="2") as server,
    ):
        consumer = server.create_consumer("ChatGPT", CALLBACK)
        assistant = Assistant(server, consumer).connect(Person("planner@demo.example"))
        assert assistant.ask("list_work_orders", limit=5)["work_orders"]
        made = assistant.ask("create_work_request", title="Vibración en el compresor 3")
        again = assistant.ask("create_work_request", title="Vibración en el compresor 3")
        assert made == again
        assert assistant.ask("get_work_request", id=made["id"])
        rows = server.manage(
            "shell",
            "-v0",
            "-c",
            "from mcp_gateway.models import ToolCall;"
            "print(*ToolCall.objects.order_by('id').values_list('tool', 'outcome'), sep='\\n')",
        ).splitlines()
        assert rows == [
            "('list_work_orders', 'done')",
            "('create_work_request', 'done')",
            "('create_work_request', 'done')",
            "('get_work_request', 'done')",
        ]
        server.manage(
            "shell",
            "-v0",
            "-c",
            "from consumers.models import AppAuthorization;"
            "[a.revoke(by=a.user) for a in AppAuthorization.objects.filter(revoked_at=None)]",
        )
        time.sleep(1.1)  # the promise: effective everywhere within a second
        assert {assistant.post("tools/list").status_code for _ in range(10)} == {401}


def test_case_282_the_database_goes_away_and_comes_back(tmp_path: Path) -> None:
    """/livez and /readyz: alive but not ready, a clear answer to calls meanwhile, back without a restart."""
    with (
        postgres(demo_postgres()) as database,
        started(tmp_path / "product", DATABASE_URL=database) as server,
    ):
        assistant = Assistant(server, server.create_consumer("ChatGPT", CALLBACK))
        assistant.connect(Person("planner@demo.example"))
        assert assistant.ask("list_assets", limit=1)["assets"]
        assert health_of(server) == (200, 200)

        allow_connections(database, False)
        assert health_of(server) == (200, 503)
        time.sleep(1.1)  # a token is cached for this long
        refused = assistant.post("tools/call", name="list_assets", arguments={"limit": 1})
        assert refused.status_code == 503
        assert "error" in refused.json()
        assert httpx.get(f"{server.url}/accounts/login/").status_code in {200, 503}

        allow_connections(database, True)
        end = time.monotonic() + 20
        while health_of(server) != (200, 200):
            assert time.monotonic() < end, "the database is not found again"
            time.sleep(0.2)
        assert assistant.ask("list_assets", limit=1)["assets"]
        assert "Traceback" not in server.log.read_text()


def test_f2_each_request_succeeds_after_an_idle_restart_of_the_database(tmp_path: Path) -> None:
    """All connections in the pools of four processes are dead then, and nothing was asked in between."""
    with (
        postgres_server(demo_postgres()) as database,
        started(tmp_path / "product", DATABASE_URL=database.url, WORKERS="4") as server,
    ):
        person = Person("admin@demo.example")
        program = server.create_consumer("Spreadsheet", grant="client-credentials")
        assistant = Assistant(server, server.create_consumer("ChatGPT", CALLBACK)).connect(person)
        token = {"token": assistant.tokens["access_token"]}
        own = {"client_id": program["key"], "client_secret": program["secret"]}
        own |= {"grant_type": "client_credentials", "resource": f"{server.url}/api"}
        access = httpx.post(f"{server.url}/oauth/token", data=own, timeout=30).json()["access_token"]
        bearer = {"authorization": f"Bearer {access}"}

        def api() -> httpx.Response:
            return httpx.get(f"{server.url}/api/items", params={"limit": 1}, headers=bearer, timeout=30)

        def screen() -> httpx.Response:
            return person.browser.get(f"{server.url}/settings/user-accounts/")

        def introspection() -> httpx.Response:
            secret = (assistant.key, assistant.secret)
            return httpx.post(f"{server.url}/oauth/introspect", data=token, auth=secret, timeout=30)

        def tool() -> httpx.Response:
            return assistant.post("tools/call", name="list_assets", arguments={"limit": 1})

        def ready() -> httpx.Response:
            return httpx.get(f"{server.url}/readyz", timeout=30)

        kinds = [api, screen, introspection, tool, ready]
        with ThreadPoolExecutor(60) as pool:
            filled = list(pool.map(lambda number: kinds[number % 4](), range(400)))
        assert {answer.status_code for answer in filled} <= {200, 503}
        with psycopg.connect(database.url.removesuffix("/postgres") + "/template1") as control:
            waiting = control.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'postgres'")
            assert next(count for (count,) in waiting) > 20

        database.stop()
        database.start()
        time.sleep(2)
        for kind in kinds:
            answers = [kind() for _ in range(40)]
            assert Counter(answer.status_code for answer in answers) == {200: 40}, kind.__name__
            if kind is tool:
                assert not any(answer.json()["result"].get("isError") for answer in answers)


def health_of(server: Server) -> tuple[int, int]:
    live, ready = (
        httpx.get(f"{server.url}{path}", headers={"host": "10.0.0.7"}) for path in ("/livez", "/readyz")
    )
    assert {answer.headers["cache-control"] for answer in (live, ready)} == {"no-store"}
    return live.status_code, ready.status_code


def allow_connections(database: str, allowed: bool) -> None:
    """End all connections, and allow or refuse new ones, as after a crash."""
    elsewhere = database.removesuffix("/postgres") + "/template1"
    with psycopg.connect(elsewhere, autocommit=True) as control:
        control.execute(f"ALTER DATABASE postgres WITH ALLOW_CONNECTIONS {'true' if allowed else 'false'}")
        control.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'")
