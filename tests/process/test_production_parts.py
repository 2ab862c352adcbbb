"""The product on PostgreSQL and Redis in several processes: the same steps, the same answers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.databases import postgres, redis
from tests.process.person import Person
from tests.process.server import started

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
            "from audit.models import Event;"
            "calls = Event.objects.filter(kind='tool.call').order_by('id');"
            "print(*calls.values_list('tool', 'outcome'), sep='\\n')",
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
