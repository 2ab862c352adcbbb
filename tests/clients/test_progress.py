"""A long call reports progress as server-sent events; without a progress token the answer is plain JSON."""

from __future__ import annotations

import orjson
import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person
from tests.process.server import Server


@pytest.fixture(scope="module")
def planner(server: Server) -> Assistant:
    consumer = server.create_consumer("Progress", CALLBACK)
    return Assistant(server, consumer).connect(Person("planner@demo.example"))


def test_metrics_report_progress_to_who_asks(planner: Assistant) -> None:
    answer = planner.post(
        "tools/call",
        name="get_maintenance_metrics",
        arguments={"scope": "company"},
        _meta={"progressToken": "p-1"},
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    said = [
        orjson.loads(line.removeprefix("data: "))
        for line in answer.text.splitlines()
        if line.startswith("data:")
    ]
    *progress, last = said
    assert [message["method"] for message in progress] == ["notifications/progress"] * len(progress)
    steps = [message["params"]["progress"] for message in progress]
    assert steps == sorted(set(steps))
    assert {message["params"]["progressToken"] for message in progress} == {"p-1"}
    assert not last["result"]["isError"]


def test_without_a_progress_token_the_answer_is_plain_json(planner: Assistant) -> None:
    answer = planner.post("tools/call", name="get_maintenance_metrics", arguments={"scope": "company"})
    assert answer.headers["content-type"] == "application/json"
    assert not answer.json()["result"]["isError"]
