"""The official conformance suite against our endpoint and our authorization server.

What it expects: docs/reference/mcp.md#conformance-suite.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients import node as node_clients
from tests.clients.node import node, package
from tests.conformance.conftest import ADMINISTRATOR, PASSWORD, Subject
from tests.process.databases import free_port
from tests.process.person import Person

pytestmark = [pytest.mark.node, pytest.mark.timeout(300)]


def suite(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = package("@modelcontextprotocol/conformance") / "dist" / "index.js"
    return subprocess.run(
        [node(), str(program), *arguments], capture_output=True, text=True, timeout=280, check=False
    )


def failing(output: str) -> set[str]:
    """Return the scenarios with a failed check, from the suite's final summary."""
    summary = re.findall(r"^[✓✗] (\S+): (\d+) passed, (\d+) failed", output, re.MULTILINE)
    assert len(summary) > 25, output[-3000:]
    return {scenario for scenario, _passed, failed in summary if failed != "0"}


def test_2026_07_28_without_a_required_failure(subject: Subject, tmp_path: Path) -> None:
    done = suite("server", "--url", subject.fixtures_url, "--requirements", "2026-07-28", "-o", str(tmp_path))
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"


def test_2025_11_25_without_a_failure(subject: Subject, tmp_path: Path) -> None:
    done = suite("server", "--url", subject.fixtures_url, "--requirements", "2025-11-25", "-o", str(tmp_path))
    assert failing(done.stdout) == set(), done.stdout[-6000:]
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"


# Left out: `tasks-required-task-error`. It needs a tool that works as a task only, and we have none.
TASKS = [
    "tasks-capability-negotiation",
    "tasks-dispatch-and-envelope",
    "tasks-lifecycle",
    "tasks-mrtr-composition",
    "tasks-mrtr-input",
    "tasks-request-headers",
    "tasks-request-state-removal",
    "tasks-status-notifications",
    "tasks-wire-fields",
]


@pytest.mark.parametrize("scenario", TASKS)
def test_tasks_extension(subject: Subject, tmp_path: Path, scenario: str) -> None:
    done = suite("server", "--url", subject.fixtures_url, "--scenario", scenario, "-o", str(tmp_path))
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    checks = [
        check for file in tmp_path.rglob("checks.json") for check in json.loads(file.read_text("utf-8"))
    ]
    assert {check["status"] for check in checks} <= {"SUCCESS", "INFO", "SKIPPED"}, checks
    assert any(check["status"] == "SUCCESS" for check in checks) or scenario == "tasks-status-notifications"


@pytest.mark.parametrize(
    ("tool", "arguments", "asked", "words"),
    [
        ("slow_compute", {"seconds": 3, "label": "Sum"}, [], "Sum took 3.0 s."),
        ("confirm_delete", {"filename": "a.txt"}, ["Please confirm"], "Thank you."),
    ],
)
def test_a_client_of_the_tasks_extension(
    subject: Subject, tool: str, arguments: dict[str, Any], asked: list[str], words: str
) -> None:
    package("@modelcontextprotocol/ext-tasks")
    done = subprocess.run(
        [node(), "typescript_tasks.mjs", subject.fixtures_url, tool, json.dumps(arguments)],
        cwd=Path(node_clients.__file__).parent, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout)
    assert seen["asked"] == asked
    assert seen["statuses"][0] == "working"
    assert seen["result"]["content"] == [{"type": "text", "text": words}]


def test_authorization_server(subject: Subject, tmp_path: Path) -> None:
    """With a public client: if `none` is offered, the suite authenticates with nothing else."""
    port = free_port()
    callback = f"http://127.0.0.1:{port}/callback"
    consumer = json.loads(
        subject.server.manage(
            "create_consumer", "--company", "demo", "--name", "Conformance suite", "--callback", callback,
            "--grant", "authorization-code", "--group", "Administrators", "--public", "--json",
        )
    )  # fmt: skip
    program = package("@modelcontextprotocol/conformance") / "dist" / "index.js"
    process = subprocess.Popen(
        [
            node(), str(program), "authorization", "--url", subject.server.url,
            "--client-id", consumer["key"], "--resource", subject.server.mcp_url, "-p", str(port),
            "-o", str(tmp_path),
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    stop = threading.Timer(120, process.kill)
    stop.start()
    said, approved = "", False
    assert process.stdout is not None
    try:
        for line in process.stdout:
            said += line
            found = re.search(rf"{re.escape(subject.server.url)}/oauth/authorize\?\S+", line)
            if found and not approved:
                approved = True
                person = Person(ADMINISTRATOR, PASSWORD)
                httpx.get(person.decide(found.group(0)), timeout=20)
                person.browser.close()
        assert process.wait() == 0, said[-6000:]
    finally:
        stop.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
    assert approved, said
    checks = [
        check for file in tmp_path.glob("*/checks.json") for check in json.loads(file.read_text("utf-8"))
    ]
    states = {check["id"]: check["status"] for check in checks}
    assert states == dict.fromkeys(
        ("authorization-server-metadata", "authorization-server-metadata-cimd", "authorization-code-grant"),
        "SUCCESS",
    )
