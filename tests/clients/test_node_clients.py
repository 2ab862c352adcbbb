"""Clients that run on Node: the TypeScript client, the Inspector's command line, mcp-remote."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.clients import journey
from tests.clients.assistant import CALLBACK, Assistant
from tests.clients.install import PROGRAMS
from tests.clients.node import node, package
from tests.process.databases import free_port
from tests.process.person import Person
from tests.process.server import ROOT, Server

pytestmark = pytest.mark.node
HERE = Path(__file__).parent


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), **more}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_typescript_client(server: Server, mode: str) -> None:
    callback = "http://127.0.0.1:9402/callback"
    consumer = server.create_consumer(f"TypeScript {mode}", callback)
    package("@modelcontextprotocol/client")
    done = subprocess.run(
        [
            node(), "typescript_client.mjs", server.mcp_url, consumer["key"], consumer["secret"], callback,
            mode, json.dumps(journey.READ), json.dumps(journey.write(f"typescript {mode}")),
        ],
        cwd=HERE, env=environment(), capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    answer = json.loads(done.stdout)
    assert set(answer["tools"]) == journey.TOOLS
    journey.check_read(answer["read"]["structuredContent"])
    journey.check_write(answer["write"]["structuredContent"])


@pytest.mark.parametrize(("mode", "has_session"), [("auto", False), ("legacy", True)])
@pytest.mark.parametrize("action", ["accept", "decline"])
def test_typescript_client_asks_the_person(server: Server, mode: str, has_session: bool, action: str) -> None:
    """In 2026-07-28 by another request, in 2025-11-25 in a session, which it ends with DELETE."""
    consumer = server.create_consumer(f"TypeScript asks {mode} {action}", CALLBACK)
    token = Assistant(server, consumer).connect(Person("planner@demo.example")).tokens["access_token"]
    package("@modelcontextprotocol/client")
    call = json.dumps(["get_asset", {"code": "compresor de tornillo"}])
    answer = {"action": action, **({"content": {"choice": "CMP-02"}} if action == "accept" else {})}
    done = subprocess.run(
        [node(), "typescript_asking.mjs", server.mcp_url, token, mode, call, json.dumps(answer)],
        cwd=HERE, env=environment(), capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout)
    assert (said["session"] is not None) is has_session
    (question,) = said["asked"]
    assert "CMP-02" in [
        choice["const"] for choice in question["requestedSchema"]["properties"]["choice"]["oneOf"]
    ]
    if action == "accept":
        assert said["result"]["structuredContent"]["code"] == "CMP-02"
    else:
        assert '"person_said":"declined"' in str(said["result"]["content"])


class Terminal:
    """A command under a pseudo-terminal, as a person would run it."""

    def __init__(self, arguments: list[str], **more: str) -> None:
        self.text = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(HERE)
            os.execve(arguments[0], arguments, environment(COLUMNS="10000", **more))

    def read_until(self, pattern: str, seconds: float = 60) -> re.Match[str]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.5)[0]:
                try:
                    data = os.read(self.terminal, 65536)
                except OSError:
                    data = b""
                self.text += data.decode(errors="replace")
                if found := re.search(pattern, self.text):
                    return found
                if not data:
                    break
        raise AssertionError(f"{pattern} never came:\n{self.text[-3000:]}")

    def wait(self, seconds: float = 60) -> int:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.terminal, 65536).decode(errors="replace")
                    continue
                except OSError:
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        raise AssertionError(f"it did not end:\n{self.text[-3000:]}")


def test_inspector_on_the_command_line(server: Server, tmp_path: Path) -> None:
    port = free_port()
    callback = f"http://127.0.0.1:{port}/oauth/callback"
    consumer = server.create_consumer("Inspector", callback)
    launcher = package("@modelcontextprotocol/inspector") / "clients" / "launcher" / "build" / "index.js"
    base = [node(), str(launcher), "--cli", server.mcp_url, "--transport", "http"]
    home = {"HOME": str(tmp_path), "MCP_INSPECTOR_SECRET_STORE": "file"}
    credentials = [
        "--client-id", consumer["key"], "--client-secret", consumer["secret"], "--callback-url", callback,
    ]  # fmt: skip

    first = Terminal([*base, *credentials, "--method", "tools/list", "--format", "json"], **home)
    address = first.read_until(rf"{re.escape(server.url)}/oauth/authorize\?[!-~]+").group(0)
    sent_back = Person("planner@demo.example").decide(address)
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=20)",
            sent_back,
        ],
        check=True,
    )
    assert first.wait() == 0, first.text[-3000:]
    assert all(f'"{name}"' in first.text for name in journey.TOOLS)

    def inspect(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*base, *credentials, "--stored-auth-only", *arguments],
            cwd=HERE, env=environment(**home), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    strict = inspect("--method", "tools/list", "--strict")
    assert strict.returncode == 0, strict.stdout[-3000:] + strict.stderr[-2000:]
    name, arguments = journey.write("inspector")
    given = [
        f"{key}={json.dumps(value) if not isinstance(value, str) else value}"
        for key, value in arguments.items()
    ]
    written = inspect("--method", "tools/call", "--tool-name", name, "--tool-arg", *given, "--format", "json")
    assert written.returncode == 0, written.stdout[-3000:] + written.stderr[-2000:]
    journey.check_write(_structured(written.stdout))
    read = inspect(
        "--method", "tools/call", "--tool-name", "list_work_orders", "--tool-arg", "limit=5",
        'status=["in_process"]', "--format", "json",
    )  # fmt: skip
    assert read.returncode == 0, read.stdout[-3000:] + read.stderr[-2000:]
    journey.check_read(_structured(read.stdout))


def _structured(output: str) -> dict[str, Any]:
    answer = json.loads(output[output.index("{") :])
    found: dict[str, Any] = answer.get("result", answer)["structuredContent"]
    return found


async def test_mcp_remote(server: Server, tmp_path: Path) -> None:
    """A program that speaks MCP on its standard streams reaches us through mcp-remote."""
    port = free_port()
    consumer = server.create_consumer("mcp-remote", f"http://127.0.0.1:{port}/oauth/callback")
    browsers = tmp_path / "bin"
    browsers.mkdir()
    for name in ("x-www-browser", "xdg-open", "sensible-browser"):
        (browsers / name).symlink_to(PROGRAMS / "person.sh")
    there = tmp_path / "person-is-there"
    there.touch()
    typed_in = {
        "client_id": consumer["key"],
        "client_secret": consumer["secret"],
        "token_endpoint_auth_method": "client_secret_basic",
    }
    bridge = StdioServerParameters(
        command=node(),
        args=[
            str(package("mcp-remote") / "dist" / "proxy.js"), server.mcp_url, str(port),
            "--host", "127.0.0.1", "--allow-http", "--static-oauth-client-info", json.dumps(typed_in),
        ],
        env=environment(
            HOME=str(tmp_path), MCP_REMOTE_CONFIG_DIR=str(tmp_path / "auth"),
            PATH=f"{browsers}:{Path(node()).parent}:{os.environ['PATH']}",
            BROWSER=str(browsers / "xdg-open"), PERSON_IS_THERE=str(there), PROJECT=str(ROOT),
        ),
    )  # fmt: skip
    async with Client(bridge, read_timeout_seconds=60) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == journey.TOOLS
        read = await client.call_tool(*journey.READ)
        journey.check_read(read.structured_content)
        written = await client.call_tool(*journey.write("mcp-remote"))
        journey.check_write(written.structured_content)
