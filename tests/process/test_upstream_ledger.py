"""What the upstream receives from us, by its own records: two started instances, the second one answers."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError

import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.http_servers import serving
from tests.process.databases import free_port
from tests.process.person import Person
from tests.process.server import Server, started

SHARED_KEY = "one-signing-key-of-two-instances-that-trust-each-other-0123456789"


class Ledger:
    """A proxy that records path and headers of each request, then forwards it or answers 401."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.refuse = False
        self.url = ""

    @property
    def text(self) -> str:
        return json.dumps(self.seen)


@contextmanager
def ledger(target: str) -> Iterator[Ledger]:
    kept = Ledger(target)

    class Handler(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            kept.seen.append((self.path, dict(self.headers.items())))
            body = self.rfile.read(int(self.headers.get("content-length") or 0)) or None
            status, answer = 401, b'{"success": false, "message": "UNAUTHORIZED", "data": null}'
            if not kept.refuse:
                names = ("authorization", "content-type", "accept")
                headers = {name: self.headers[name] for name in names if self.headers.get(name)}
                request = urllib.request.Request(kept.target + self.path, body, headers, method=self.command)
                try:
                    with urllib.request.urlopen(request, timeout=20) as given:
                        status, answer = given.status, given.read()
                except HTTPError as error:
                    with error:
                        status, answer = error.code, error.read()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = _pass_on  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    with serving(server):
        yield kept


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Ledger]]:
    """A plant, and the product that reaches it through the ledger.

    Both have the same public address, signing key and people, and a database each.
    """
    port = str(free_port())
    shared = {"SECRET_KEY": SHARED_KEY, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with (
        started(tmp_path_factory.mktemp("plant"), **shared) as plant,
        ledger(plant.url) as between,
        started(
            tmp_path_factory.mktemp("asking"), **shared, PORT=port, UPSTREAM_URL=f"{between.url}/api"
        ) as asking,
    ):
        yield asking, between


@pytest.fixture(scope="module")
def planner(product: tuple[Server, Ledger]) -> Assistant:
    server, _ = product
    return Assistant(server, server.create_consumer("ChatGPT", CALLBACK)).connect(
        Person("planner@demo.example")
    )


def test_case_150_the_assistants_token_is_never_seen_upstream(
    product: tuple[Server, Ledger], planner: Assistant
) -> None:
    """MCP authorization: no token pass-through."""
    _, seen = product
    assert planner.ask("list_work_orders", limit=5)["work_orders"]
    made = planner.ask("create_work_request", title="Fuga de aceite en el reductor", even_if_similar=True)
    assert planner.ask("get_work_request", id=made["id"])
    assert len(seen.seen) >= 3
    assert all(headers["Authorization"].startswith("Bearer ey") for _, headers in seen.seen)
    for secret in (planner.tokens["access_token"], planner.tokens["refresh_token"], planner.secret, "fma_"):
        assert secret not in seen.text


def test_case_148_a_record_of_another_company_is_as_one_that_is_not_there(
    product: tuple[Server, Ledger], planner: Assistant
) -> None:
    """OWASP API1: the tenant comes from the token, never from the arguments."""
    _, seen = product
    seen.seen.clear()
    theirs, missing = (
        planner.call("get_work_order", folio=folio)["_meta"]["fracttal-one/error"]
        for folio in ("OS - 12", "OS - 999999")
    )
    assert (theirs["code"], theirs["message"]) == (missing["code"], missing["message"])
    assert theirs["code"] == "not_found"
    offered = [order["folio"] for order in theirs.get("candidates", ())]
    assert all(folio.startswith("OT-") for folio in offered), "the other company writes OS - 12"
    assert len({headers["Authorization"] for _, headers in seen.seen}) == 1


def test_case_149_a_person_whom_the_upstream_does_not_accept_is_told_to_connect(
    product: tuple[Server, Ledger], planner: Assistant
) -> None:
    """No shared or fallback credential: each request was made with one of this person's own."""
    _, seen = product
    seen.seen.clear()
    seen.refuse = True
    try:
        answer = planner.call("list_work_orders", limit=5)
    finally:
        seen.refuse = False
    assert answer["isError"]
    assert "not_connected" in answer["content"][0]["text"]
    people = {_subject(headers["Authorization"]) for _, headers in seen.seen}
    assert len(people) == 1
    assert len(seen.seen) == 2  # one fresh credential, then no further attempt


def _subject(authorization: str) -> str:
    claims = authorization.split(".")[1]
    read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return f"{read['company']}/{read['user']}"
