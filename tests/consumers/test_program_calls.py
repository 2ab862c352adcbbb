"""The sample calls on the page of a program that acts for the company, copied from there and run."""

from __future__ import annotations

import ast
import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connections.models import ApiConnection
from consumers.models import Consumer
from consumers.screens.program_calls import ProgramCall, program_calls
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.pages import browser, text_of
from tests.process.person import Person
from tests.process.requirements import need
from tests.process.server import DATABASE, Server, started

NAMES = ["curl", "Python", "Google Apps Script", "n8n"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("programs")) as running:
        yield running


def texts_on(page: str) -> dict[str, str]:
    found = re.findall(r'<h3 id="call-\d">([^<]+)</h3>.*?<pre[^>]*><code>(.*?)</code></pre>', page, re.DOTALL)
    return {name: html.unescape(text) for name, text in found}


def run(command: list[str], text: str, secret: str) -> str:
    environment = {"PATH": os.environ["PATH"], "FRACTTAL_SECRET": secret, "LANG": "C.UTF-8"}
    done = subprocess.run(command, input=text, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert secret not in done.stdout + done.stderr
    return done.stdout


def orders_of(server: Server) -> tuple[int, set[str]]:
    """Return the number of rows in the list (one for each task of an order), and the folios."""
    with sqlite3.connect(Path(server.environment["VAR_DIR"]) / DATABASE) as database:
        rows = database.execute(
            "SELECT w.folio FROM maintenance_workordertask t"
            " JOIN maintenance_workorder w ON w.id = t.work_order_id"
            " JOIN accounts_company c ON c.id = w.company_id"
            " WHERE c.slug = 'demo'"
        ).fetchall()
    return len(rows), {folio for (folio,) in rows}


@pytest.mark.timeout(300)
def test_curl_and_python_work_as_they_stand_on_the_page(server: Server) -> None:
    """Read against the database of the started product, with the secret of `create_consumer`."""
    need("curl", shutil.which("curl"))
    made = server.create_consumer("Spreadsheet", grant="client-credentials")
    person = Person("admin@demo.example")
    listed = person.open(f"{server.url}/settings/api-connections/oauth-consumers/")
    path = re.search(
        r'href="(/settings/api-connections/oauth-consumers/\d+/)[^"]*"[^>]*><bdi>Spreadsheet<', listed.text
    )
    assert path, listed.text[:3000]
    texts = texts_on(person.open(server.url + path[1]).text)
    assert list(texts) == NAMES
    count, folios = orders_of(server)
    assert count > 5
    answers: dict[str, Any] = {
        "curl": json.loads(run(["bash", "-eu", "-s"], texts["curl"], made["secret"])),
        "Python": None,
    }
    printed = run([sys.executable, "-I", "-"], texts["Python"], made["secret"])
    answers["Python"] = ast.literal_eval(printed)
    for name, answer in answers.items():
        got = {order["wo_folio"] for order in answer["data"]}
        assert len(answer["data"]) == 5, name
        assert got <= folios, name
        assert answer["total"] == count, name


@pytest.mark.timeout(300)
def test_a_company_at_fracttal_one_is_read_through_the_mcp_server(server: Server) -> None:
    """The same two samples for a company whose data is not here: they call whoami of the started product."""
    need("curl", shutil.which("curl"))
    made = server.create_consumer("Bot", grant="client-credentials")
    calls = {call.name: at(server, call) for call in program_calls(made["key"], remote=True)}
    shown = json.loads(run(["bash", "-eu", "-s"], calls["curl"], made["secret"]))
    printed = ast.literal_eval(run([sys.executable, "-I", "-"], calls["Python"], made["secret"]))
    for answer in (shown, printed):
        assert answer["id"] == 1
        assert "error" not in answer
        assert not answer["result"].get("isError")


def at(server: Server, call: ProgramCall) -> str:
    return call.text.replace("http://localhost:8000", server.url)


@pytest.mark.parametrize("remote", [False, True])
def test_the_other_two_are_well_formed(remote: bool, tmp_path: Path) -> None:
    """Google and n8n run only on their own services, so syntax, addresses and secrets are checked."""
    calls = {call.name: call.text for call in program_calls("fmk_1", remote=remote)}
    assert list(calls) == NAMES
    (step,) = json.loads(calls["n8n"])["nodes"]
    address = (
        "http://localhost:8000/mcp/oauth/fracttal-one"
        if remote
        else "http://localhost:8000/api/work_orders?limit=5"
    )
    assert step["parameters"]["url"] == address
    assert address in calls["Google Apps Script"]
    assert "fms_" not in "".join(calls.values())
    node = need("Node", shutil.which("node"))
    script = tmp_path / "call.js"
    script.write_text(calls["Google Apps Script"])
    subprocess.run([node, "--check", str(script)], check=True, capture_output=True, timeout=30)


def test_only_programs_of_the_company_show_calls(world: World) -> None:
    program = consumer_in(
        world, "Bot", authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[]
    )
    app = consumer_in(world)
    client = browser(world.owner)
    for consumer, names in ((program, NAMES), (app, [])):
        page = text_of(client.get(f"/settings/api-connections/oauth-consumers/{consumer.pk}/"))
        assert list(texts_on(page)) == names
    ApiConnection.objects.create(company=world.company, kind=ApiConnection.Kind.FRACTTAL_ONE)
    page = text_of(client.get(f"/settings/api-connections/oauth-consumers/{program.pk}/"))
    assert "/api/work_orders" not in "".join(texts_on(page).values())
