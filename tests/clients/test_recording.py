"""The log of a client's requests contains no secret, code or token; and how a run evaluates it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients.run import Failed, _record, _sent

SECRETS = ("fms_secret", "fmc_code", "fmr_refresh", "fma_access", "verifier-of-pkce")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("RECORD", str(tmp_path / "record"))
    monkeypatch.setenv("LIFETIME", str(tmp_path / "lifetime"))
    from tests.clients import recording

    return recording._said


def scope(method: str, path: str, query: str = "", **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"method": method, "path": path, "query_string": query.encode(), "headers": pairs}


def test_nothing_secret_is_noted(said: Any) -> None:
    basic = base64.b64encode(b"fmk_key:fms_secret").decode()
    form = (
        b"grant_type=authorization_code&code=fmc_code&client_secret=fms_secret"
        b"&code_verifier=verifier-of-pkce&refresh_token=fmr_refresh&resource=https%3A%2F%2Fh"
    )
    call = json.dumps({"method": "tools/call", "params": {"name": "x", "arguments": {"a": "fms_secret"}}})
    notes = [
        said(scope("POST", "/oauth/token", authorization=f"Basic {basic}"), form),
        said(scope("POST", "/mcp/oauth/fracttal-one", authorization="Bearer fma_access"), call.encode()),
        said(scope("GET", "/oauth/authorize", "code_challenge_method=S256&state=fmc_code&scope=a"), b""),
    ]
    assert not [secret for secret in SECRETS if secret in json.dumps(notes)]
    assert [notes[0]["authentication"], notes[0]["resource"]] == ["basic", "https://h"]
    assert notes[2] == {"code_challenge_method": "S256", "scope": "a"}


@pytest.mark.parametrize(("form", "kind"), [(b"client_secret=x", "post"), (b"client_id=x", "none")])
def test_how_a_client_shows_who_it_is(said: Any, form: bytes, kind: str) -> None:
    assert said(scope("POST", "/oauth/token"), form)["authentication"] == kind


def test_the_record_is_found_in_the_fence_of_a_text() -> None:
    assert _record('[112358132: data]\n{"id": 7}\n[/112358132]') == {"id": 7}
    assert _record({"structuredContent": {"id": 7}}) == {"id": 7}
    with pytest.raises(Failed):
        _record("[112358132: data]")


def test_what_a_client_sent_is_summed_up() -> None:
    asked = [
        {"path": "/oauth/authorize", "code_challenge_method": "S256", "resource": "https://h"},
        {"path": "/oauth/token", "grant_type": "authorization_code", "authentication": "post"},
        {
            "path": "/mcp", "rpc": "initialize", "client": "x 1", "user_agent": "x", "protocol": "",
        },
        {
            "path": "/mcp", "rpc": "tools/list", "client": "", "user_agent": "x", "protocol": "2025-11-25",
        },
    ]  # fmt: skip
    assert _sent(asked) == {
        "client": "x 1",
        "user_agent": "x",
        "protocol": "2025-11-25",
        "scope": "none",
        "resource": "yes",
        "authentication": "post",
    }
