"""Enterprise-managed authorization end to end: an identity provider, an app and two processes.

The administrator adds the issuer on the screen; the product reads its keys over HTTPS. It runs on PostgreSQL,
since SQLite lets one process write at a time anyway.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import httpx2
import psycopg
import pytest
from mcp.client import Client
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider
from mcp.client.streamable_http import streamable_http_client

from tests.clients.assistant import Assistant
from tests.consumers.issuers import IdentityProvider, identity_provider
from tests.consumers.sdk_storage import Storage
from tests.process.databases import free_port, postgres, wait_for_port
from tests.process.person import Person, forms_of
from tests.process.prepared import migrated_postgres
from tests.process.proving import prove_address
from tests.process.server import ROOT, Server

EMAIL, PASSWORD = "ana@example.com", "correct horse battery"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AT_ONCE, ROUNDS = 8, 5
pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path_factory.mktemp("idp"), "/issuers/0c1d2e3f") as provider:
        yield provider


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres(migrated_postgres()) as url:
        yield url


@pytest.fixture(scope="module")
def server(
    idp: IdentityProvider, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    directory: Path = tmp_path_factory.mktemp("product")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "VAR_DIR": str(directory),
        "DATABASE_URL": database,
        "PUBLIC_URL": url,
        "PUBLISHER_CERTIFICATE": str(idp.certificate),
    }
    product = Server(url, environment, directory / "server.log")
    product.manage(
        "create_company", "--name", "Planta", "--slug", "demo", "--language", "en",
        "--admin-email", EMAIL, "--password-stdin", standard_input=PASSWORD + "\n",
    )  # fmt: skip
    with product.log.open("wb") as output:
        serving = subprocess.Popen(
            [
                sys.executable, "-m", "uvicorn", "tests.consumers.document_application:application",
                "--port", str(port), "--workers", "2", "--no-access-log",
            ],
            cwd=ROOT, env=environment, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        wait_for_port(port, serving, seconds=60)
        yield product
    finally:
        serving.terminate()
        serving.wait(20)


@pytest.fixture(scope="module")
def person(server: Server) -> Person:
    return prove_address(server, EMAIL)


@pytest.fixture(scope="module")
def app(server: Server, person: Person, idp: IdentityProvider) -> Assistant:
    """A consumer whose company trusts the issuer, which the administrator added on the screen."""
    page = person.open(f"{server.url}/settings/security/issuers/add/")
    form = next(form for form in forms_of(page.text) if any(name == "issuer" for name, _ in form.fields))
    fields = dict(form.fields)
    del fields["read_only"]
    typed = {"name": "Claude", "issuer": idp.issuer, "vouches_for_email": "on", "enabled": "on"}
    saved = person.submit(page, form, fields | typed)
    assert "1 key was read." in saved.text, saved.text
    return Assistant(server, server.create_consumer("Claude"))


def exchange(app: Assistant, assertion: str) -> httpx.Response:
    own = {"grant_type": GRANT, "assertion": assertion}
    return httpx.post(f"{app.server.url}/oauth/token", data=own, auth=(app.key, app.secret), timeout=30)


def assertion_of(app: Assistant, idp: IdentityProvider, **changes: Any) -> str:
    told = {"aud": app.server.url, "resource": app.server.mcp_url}
    return idp.sign(idp.claims(app.key, EMAIL) | told | changes)


def press(person: Person, url: str, action: str) -> str:
    """Press the button of a form, and then the one on the confirmation page."""
    page = person.open(url)
    form, target, buttons = next(
        (form, target, buttons)
        for form in forms_of(page.text)
        for target, buttons in {form.action: form.buttons, **form.targets}.items()
        if target.endswith(action)
    )
    form.action = target
    page = person.submit(page, form, dict(form.fields) | dict(buttons))
    asked = [form for form in forms_of(page.text) if ("confirmed", "1") in form.fields]
    return person.submit(page, asked[0], dict(asked[0].fields)).text if asked else page.text


def test_an_employee_works_without_a_consent_page(app: Assistant, idp: IdentityProvider) -> None:
    """MCP enterprise-managed authorization §5: metadata, exchange, call; then the keys rotate."""
    document = httpx.get(f"{app.server.url}/.well-known/oauth-authorization-server").json()
    assert GRANT in document["grant_types_supported"]
    for rotates in (False, True):  # the second time with a key that was never seen
        if rotates:
            idp.rotate()
        response = exchange(app, assertion_of(app, idp))
        assert response.status_code == 200, response.text
        app.tokens = response.json()
        assert app.tokens["expires_in"] == 3600
        assert "refresh_token" not in app.tokens
        assert app.ask("whoami")["email"] == EMAIL


async def test_the_client_of_the_python_sdk_works(app: Assistant, idp: IdentityProvider) -> None:
    """SEP-990 leg 2, with others' code: it finds the token endpoint, requests an ID-JAG and calls."""

    async def id_jag(audience: str, resource: str) -> str:
        return assertion_of(app, idp, aud=audience, resource=resource, sub="00u1a2b3c4D5E6F7G8h9")

    auth = IdentityAssertionOAuthProvider(
        server_url=app.server.mcp_url,
        storage=Storage(),
        client_id=app.key,
        client_secret=app.secret,
        issuer=app.server.url,
        assertion_provider=id_jag,
    )
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(app.server.mcp_url, http_client=http), mode="auto") as client,
    ):
        assert (await client.list_tools()).tools
        answer = await client.call_tool("whoami", {})
    assert not answer.is_error, answer.content
    assert answer.structured_content is not None
    assert answer.structured_content["email"] == EMAIL


def test_case_356_two_processes_exchange_an_assertion_once(
    app: Assistant, idp: IdentityProvider, database: str
) -> None:
    """RFC 7523 §3: of eight at the same moment one gets a token, whatever process it reaches."""
    codes: Counter[int] = Counter()
    with psycopg.connect(database) as tables, ThreadPoolExecutor(AT_ONCE) as pool:

        def stored() -> int:
            found = tables.execute("SELECT count(*) FROM consumers_accesstoken").fetchone()
            assert found is not None
            return int(found[0])

        tables.autocommit = True
        before = stored()
        for _ in range(ROUNDS):
            # Signed with a known key, since a new one is fetched at most once a minute.
            text = assertion_of(app, idp)
            answers = list(pool.map(lambda _n, text=text: exchange(app, text), range(AT_ONCE)))
            codes.update(answer.status_code for answer in answers)
            refusals = {answer.json()["error_description"] for answer in answers if answer.status_code == 400}
            assert refusals == {"The assertion was used before."}
        assert codes == {200: ROUNDS, 400: ROUNDS * (AT_ONCE - 1)}
        assert stored() == before + ROUNDS


def test_case_362_a_person_stops_it_and_allows_it_again(
    app: Assistant, person: Person, idp: IdentityProvider
) -> None:
    """ASVS 10.4.9: against an issuer that goes on vouching."""
    app.tokens = exchange(app, assertion_of(app, idp)).json()
    assert app.tools()
    own = f"{app.server.url}/profile/app-authorizations/"
    assert "disconnected until allowed again" in press(person, own, "/stop/")
    time.sleep(1.1)  # a process may use a cached caller for this long (threat model, 4)
    assert app.post("tools/list").status_code == 401
    refused = exchange(app, assertion_of(app, idp))
    assert refused.status_code == 400
    assert "stopped" in refused.json()["error_description"]
    assert "Allowed again" in press(person, own, "/allow/")
    app.tokens = exchange(app, assertion_of(app, idp)).json()
    assert app.tools()


def test_nothing_of_it_is_in_the_log(app: Assistant, idp: IdentityProvider) -> None:
    text = assertion_of(app, idp)
    token = exchange(app, text).json()["access_token"]
    exchange(app, text)
    log = app.server.log.read_text()
    assert "assertion refused" in log
    for secret in (text, token, app.secret, json.dumps(idp.claims(app.key, EMAIL)["sub"])):
        assert secret not in log
