"""Experiments 3, 5, 7, 9, 10, 11, 14, 20, 21, 23, 24 from public bug reports, by number.

docs/reports.md says where each comes from, and which tests cover the others.
"""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from consumers.models import Consumer, ConsumerSecret
from tests.conftest import World
from tests.consumers.conftest import (
    Program,
    Register,
    answer_of,
    decide,
    is_live,
    request_id,
    signed_in,
)
from tests.consumers.conftest import nothing_kept as nothing_kept
from tests.consumers.conftest import program as program
from tests.consumers.conftest import register as register

RESOURCE = settings.MCP_RESOURCE


@pytest.mark.parametrize("query", ["?read_only=true", "?toolsets=all", "?toolsets=default&read_only=true"])
def test_report_03_options_in_the_address_lead_to_a_document_and_a_token(
    program: Program, world: World, query: str
) -> None:
    """openai/codex 37387, getsentry/sentry-mcp 1247: (a) the challenge, (b) its document, (c) the flow."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    refused = Client().post(settings.MCP_PATH + query, call, content_type="application/json")
    named = re.search(r'resource_metadata="([^"]+)"', refused["WWW-Authenticate"])
    assert refused.status_code == 401
    assert named
    document = Client().get(named[1].removeprefix(settings.PUBLIC_URL)).json()
    assert document["resource"] == RESOURCE
    for resource in (RESOURCE + query, document["resource"]):
        tokens = program.redeem(program.code(world.owner, resource=resource), resource=resource).json()
        assert is_live(tokens["access_token"])


def test_report_05_a_foreign_second_resource(program: Program, world: World) -> None:
    """openai/codex 28830: by redirect with state and iss; at the token endpoint 400 in JSON."""
    foreign = "&resource=" + quote("https://other.example/", safe="")
    answer = answer_of(signed_in(world.owner).get(program.address(foreign)))
    assert (answer["error"], answer["state"], answer["iss"]) == (
        "invalid_target", "s-1", settings.PUBLIC_URL,
    )  # fmt: skip
    fields = {
        "grant_type": "authorization_code", "code": program.code(world.owner),
        "redirect_uri": program.callback, "code_verifier": program.verifier, "resource": RESOURCE,
    }  # fmt: skip
    refused = program.post("/oauth/token", urlencode(fields) + foreign, **program.basic())
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/json"
    assert refused.json()["error"] in {"invalid_target", "invalid_request"}


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("", "maintenance:read maintenance:write offline_access"),
        ("maintenance:read  offline_access", "maintenance:read offline_access"),
        ("openid email profile maintenance:read offline_access", "maintenance:read offline_access"),
    ],
)
def test_report_07_scopes_out_of_habit(program: Program, world: World, scope: str, granted: str) -> None:
    """cloudflare/mcp-server-cloudflare 457, cline/cline 9218, PrefectHQ/fastmcp 1794."""
    assert program.connect(world.owner, scope=scope)["scope"] == granted


def test_report_07_a_foreign_scope_stays_refused(program: Program, world: World) -> None:
    page = signed_in(world.owner).get(program.address(scope="maintenance:read admin:all"))
    assert answer_of(page)["error"] == "invalid_scope"


VSCODE = ("http://127.0.0.1:33418/", "https://vscode.dev/redirect", "https://insiders.vscode.dev/redirect")


@pytest.mark.parametrize("sent", ["http://127.0.0.1:59656/", "http://127.0.0.1/", "http://127.0.0.1:33418"])
def test_report_09_vs_code_on_any_port(register: Register, world: World, sent: str) -> None:
    """microsoft/vscode 278512: another port where its own is busy; PR 260446: without the slash."""
    program = register(callback_urls=list(VSCODE))
    program.callback = sent
    assert is_live(program.connect(world.owner)["access_token"])


def test_report_09_another_host_is_shown_and_works_once_it_is_added(register: Register, world: World) -> None:
    """microsoft/vscode 278512: shown exactly, so that an administrator can add it."""
    program, sent = register(callback_urls=list(VSCODE)), "http://localhost:33418/"
    page = signed_in(world.owner).get(program.address(redirect_uri=sent))
    assert page.status_code == 400
    assert f"<code>{sent}</code>" in page.content.decode()
    program.consumer.callback_urls = [*VSCODE, sent]
    program.consumer.save()
    program.callback = sent
    assert is_live(program.connect(world.owner)["access_token"])


def test_report_10_codex_adds_a_part_to_the_path(register: Register, world: World) -> None:
    """openai/codex 30460: refused and shown; once it is added, any port works."""
    sent = "http://127.0.0.1:5050/callback/AbC123_-xyz9"
    program = register(callback_urls=["http://127.0.0.1:33418/callback"])
    page = signed_in(world.owner).get(program.address(redirect_uri=sent))
    assert page.status_code == 400
    assert sent in unescape(page.content.decode())
    program.consumer.callback_urls = [*program.consumer.callback_urls, sent]
    program.consumer.save()
    program.callback = sent.replace("5050", "61000")
    assert is_live(program.connect(world.owner)["access_token"])


@pytest.mark.parametrize("name", ["", "user-fracttal/"])
def test_report_11_cursor_comes_back_to_the_app(register: Register, world: World, name: str) -> None:
    """bytebase/bytebase 20510, PrefectHQ/fastmcp 2302: its own scheme, and a path for each server."""
    callback = f"cursor://anysphere.cursor-mcp/oauth/{name}callback"
    program = register(callback_urls=[callback])
    program.callback = callback
    browser = signed_in(world.owner)
    sent_back = decide(browser, browser.get(program.address()))
    assert sent_back["Location"].startswith(f"{callback}?code=")
    assert program.redeem(answer_of(sent_back)["code"]).status_code == 200


@pytest.mark.parametrize("looks", [["get"], ["get", "head"], ["head", "get"]])
def test_report_14_the_page_is_loaded_again(program: Program, world: World, looks: list[str]) -> None:
    """PrefectHQ/fastmcp 4817: an extension fetches the page again; the first page still decides."""
    browser = signed_in(world.owner)
    first = browser.get(program.address())
    for method in looks:
        assert getattr(browser, method)(program.address()).status_code == 200
    data = {"request": request_id(first), "decision": "approve", "write": "1"}
    assert answer_of(browser.post("/oauth/authorize", data))["code"].startswith("fmc_")


def test_report_20_basic_and_what_stands_beside_it(program: Program, world: World) -> None:
    """modelcontextprotocol/python-sdk 3545 and 3138, metatool-ai/metamcp 342."""

    def exchange(basic: dict[str, str], **more: str) -> Any:
        fields = {
            "grant_type": "authorization_code", "code": program.code(world.owner),
            "redirect_uri": program.callback, "code_verifier": program.verifier,
        }  # fmt: skip
        return program.post("/oauth/token", urlencode(fields | more), **basic)

    good = program.basic()
    assert exchange(good).status_code == 200
    assert exchange(good, client_id=program.key).status_code == 200
    assert exchange(good, client_secret="").status_code == 200
    other = exchange(good, client_id="fmk_other")
    assert other.status_code in {400, 401}
    unknown = program.basic("pw")
    both = exchange(unknown, client_id=program.key, client_secret=program.secret)
    assert both.status_code == 400
    for refused in (other, both):
        assert refused.json()["error"] in {"invalid_request", "invalid_client"}
        assert len(refused.json()["error_description"]) > 20


def test_report_21_answers_that_a_wrapped_client_can_explain(
    program: Program, register: Register, world: World
) -> None:
    """activepieces/activepieces 14397: complete answers, and errors in one form."""
    machine = register(name="Sheet", authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    by_code = program.connect(world.owner)
    by_refresh = program.refresh(by_code["refresh_token"]).json()
    by_secret = machine.token(grant_type="client_credentials").json()
    for tokens in (by_code, by_refresh, by_secret):
        assert tokens["token_type"] == "Bearer"
        assert isinstance(tokens["expires_in"], int)
        assert tokens["scope"]
    assert by_code["refresh_token"]
    assert by_refresh["refresh_token"]
    used = program.code(world.owner)
    program.redeem(used)
    charset = "application/x-www-form-urlencoded; charset=UTF-8"
    for refused in (
        program.redeem(program.code(world.owner), client_secret="fms_wrong"),
        program.redeem(program.code(world.owner), redirect_uri="https://chatgpt.com/connector/oauth/Other"),
        program.redeem(used),
        program.token(),
        program.http.post("/oauth/token", "grant_type=x", content_type=charset),
    ):
        assert refused.status_code in {400, 401}
        assert refused["Content-Type"] == "application/json"
        assert refused.json().keys() >= {"error", "error_description"}


@pytest.mark.parametrize("later", [dt.timedelta(minutes=31), dt.timedelta(hours=6), dt.timedelta(days=29)])
def test_report_23_the_first_refresh_comes_late(
    program: Program, world: World, monkeypatch: pytest.MonkeyPatch, later: dt.timedelta
) -> None:
    """miroapp/miro-ai 59: an unused refresh token stays valid for days, also after a clean-up."""
    tokens = program.connect(world.owner)
    then = timezone.now() + later
    monkeypatch.setattr(timezone, "now", lambda: then)
    call_command("clear_expired_tokens")
    assert not is_live(tokens["access_token"])
    renewed = program.refresh(tokens["refresh_token"])
    assert renewed.status_code == 200, renewed.content
    assert is_live(renewed.json()["access_token"])


def test_report_24_a_changed_consumer_keeps_its_secret(program: Program, world: World) -> None:
    """django-oauth/django-oauth-toolkit 1193, PostHog/posthog PR 48434: and the stored hash is no secret."""
    token = program.connect(world.owner)["refresh_token"]

    def still_works() -> str:
        answer = program.refresh(token)
        assert answer.status_code == 200, answer.content
        return str(answer.json()["refresh_token"])

    for field, value in (
        ("name", "Another name"),
        ("callback_urls", [program.callback, "https://example.com/cb"]),
        ("description", "For the night shift"),
    ):
        consumer = Consumer.objects.get(pk=program.consumer.pk)
        setattr(consumer, field, value)
        consumer.save()
        token = still_works()
    stored = ConsumerSecret.objects.get(consumer=program.consumer).digest
    assert stored != program.secret
    assert (
        program.token(grant_type="refresh_token", refresh_token=token, client_secret=stored).status_code
        == 401
    )
