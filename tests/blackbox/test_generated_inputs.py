"""Case 284: generated messages, forms and callbacks against the started product, and what they may not cause.

`make soak` runs the same with more examples and other ones each time.
"""

from __future__ import annotations

import itertools
import json
from ipaddress import IPv4Address
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.blackbox.counts import count
from tests.blackbox.product import Product
from tests.blackbox.witness import Witness
from tests.clients.assistant import CALLBACK

INPUTS = count("INPUTS", 60)
CALLBACKS = count("CALLBACKS", 60)
SLOWEST_SECONDS = 20
SECRETS = ("fms_", "fmr_", "fmc_", "Traceback", "/site-packages/", "SELECT ")
pytestmark = pytest.mark.timeout(600 + INPUTS + CALLBACKS)

# Surrogates have no UTF-8 and cannot be sent as a form; JSON carries them as escapes.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
METHODS = [
    "initialize",
    "tools/list",
    "tools/call",
    "ping",
    "prompts/get",
    "resources/read",
    "completion/complete",
]
messages = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | values},
    optional={
        "id": st.integers() | st.text(max_size=20) | values,
        "method": st.sampled_from(METHODS) | st.text(max_size=20),
        "params": st.fixed_dictionaries(
            {}, optional={"name": st.just("list_assets") | texts, "arguments": values, "_meta": values}
        )
        | values,
    },
)
bodies = st.one_of(
    messages.map(lambda message: json.dumps(message).encode()),
    st.lists(messages, max_size=3).map(lambda batch: json.dumps(batch).encode()),
    st.binary(max_size=200),
    values.map(lambda value: json.dumps(value).encode()),
)
FIELDS = [
    "grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token",
    "scope", "resource", "token", "token_type_hint", "assertion",
]  # fmt: skip
GRANTS = ["authorization_code", "refresh_token", "client_credentials", "password"]
forms = st.lists(st.tuples(st.sampled_from(FIELDS) | texts, texts | st.sampled_from(GRANTS)), max_size=8)


def examples(number: int) -> Any:
    return settings(
        max_examples=number, deadline=None, database=None, derandomize=number <= 1000,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )  # fmt: skip


def check(answer: httpx.Response) -> None:
    assert answer.status_code < 500 or answer.status_code == 503, answer.text[:300]
    assert answer.elapsed.total_seconds() < SLOWEST_SECONDS
    assert not any(secret in answer.text for secret in SECRETS)


def test_case_284_generated_messages(system: Product, planner: Witness) -> None:
    """JSON-RPC 2.0: any bytes get an answer or a refusal in its form, within the time of a call."""

    @examples(INPUTS)
    @given(body=bodies, version=st.sampled_from(["2025-11-25", "2025-03-26", "2026-07-28", "", "x"]))
    def ask(body: bytes, version: str) -> None:
        headers = {
            "authorization": f"Bearer {planner.tokens['access_token']}",
            "accept": "application/json, text/event-stream",
            "content-type": "application/json",
        } | ({"mcp-protocol-version": version} if version else {})
        answer = planner.http.post(system.server.mcp_url, content=body, headers=headers)
        check(answer)
        if answer.content and answer.headers["content-type"] == "application/json":
            answer.json()

    ask()
    _whatever_was_called(system, planner)


def _whatever_was_called(system: Product, planner: Witness) -> None:
    """Take the tools that the messages called into the account of the witness."""
    rows = system.query(
        "SELECT e.tool, count(*) FROM audit_event e JOIN consumers_consumer c ON c.id = e.consumer_id "
        f"WHERE e.kind = 'tool.call' AND c.client_id = '{planner.key}' GROUP BY e.tool"
    )
    for tool, number in rows:
        account = planner.accounts.get(tool)
        for _ in range(number - (account.asked if account else 0)):
            planner.called_by_hand(tool)


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/register"])
def test_case_284_generated_forms(system: Product, path: str) -> None:
    """RFC 6749 §5.2: JSON for each, never a token for anybody."""

    @examples(max(20, INPUTS // 4))
    @given(form=forms, raw=st.none() | st.binary(max_size=100))
    def ask(form: list[tuple[str, str]], raw: bytes | None) -> None:
        content = urlencode(form).encode() if raw is None else raw
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = httpx.post(f"{system.url}{path}", content=content, headers=kind, timeout=30)
        check(answer)
        if answer.content:
            assert "access_token" not in answer.json()

    ask()


def _altered(draw: st.DrawFn) -> str:
    """Return a callback near the registered one: a piece put in, taken out, or replaced."""
    at = draw(st.integers(0, len(CALLBACK)))
    until = draw(st.integers(at, min(len(CALLBACK), at + 3)))
    odd = st.sampled_from(
        ["/", "\\", "@", "#", "?", "%2f", "%00", "..", ":443", ".", " ", "\t", "A", "ı", "//"]
    )
    return CALLBACK[:at] + draw(odd | texts | st.just("")) + CALLBACK[until:]


def test_case_001_284_generated_callbacks(system: Product, planner: Witness) -> None:
    """RFC 9700 §2.1: nothing but the registered bytes is ever redirected to."""
    altered, addresses = st.composite(_altered)(), itertools.count(1)

    @examples(CALLBACKS)
    @given(callback=altered)
    def ask(callback: str) -> None:
        if callback == CALLBACK:
            return
        address = planner.authorization_address(redirect_uri=callback)
        # each from an address of its own, or the limit of begun requests would answer
        own = {"x-forwarded-for": str(IPv4Address(0x0A000000 + next(addresses)))}
        answer = httpx.get(address, headers=own, timeout=30)
        check(answer)
        target = answer.headers.get("location", "")
        assert target == "", (callback, target)
        assert answer.status_code == 400, (callback, target)

    ask()
