"""Each reason that can be in the log is told in words, in three languages, on the page and in the files."""

from __future__ import annotations

import ast
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from activity.reasons import reason_in_words
from audit.kinds import Kind
from audit.models import Outcome
from audit.recording import record
from consumers.policy.access import Access
from mcp_gateway.calls.errors import GatewayError
from tests.conftest import World
from tests.pages import browser, post, text_of

ROOT = Path(__file__).parent.parent.parent
# Functions and exceptions whose code lands in the column `reason`, and the place of the code.
RAISED = {"FatalClientError": 0, "RedirectError": 3, "OAuthError": 0, "sign_in_refused": 2, "refuse": 0}
# Refusals before a consumer is known, which no company's log has.
NOBODYS = {"invalid_token", "invalid_client_metadata", "invalid_redirect_uri", "document_not_allowed"}


def codes_in_the_source() -> set[str]:
    found = {each.value for each in Access} - {"open"}
    for path in [*(ROOT / "consumers" / "oauth").glob("*.py"), *(ROOT / "accounts").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                place = RAISED.get(name, 99)
                found |= strings(node.args[place]) if place < len(node.args) else set()
                if name == "refuse" and len(node.args) > 2:
                    found |= strings(node.args[2])
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    first = target.elts[0] if isinstance(target, ast.Tuple) else target
                    if isinstance(first, ast.Attribute) and first.attr == "refused_because":
                        found |= strings(
                            node.value.elts[0] if isinstance(node.value, ast.Tuple) else node.value
                        )
    return found - NOBODYS


def strings(node: ast.AST) -> set[str]:
    """Return the codes that an expression can be; the condition of an `if` is none of them."""
    if isinstance(node, ast.IfExp):
        return strings(node.body) | strings(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def codes_of_calls() -> set[str]:
    found: set[str] = set()
    kinds: list[type[GatewayError]] = [GatewayError]
    while kinds:
        kind = kinds.pop()
        found.add(kind.code)
        kinds += kind.__subclasses__()
    return found


def test_every_reason_has_a_sentence_in_each_language() -> None:
    codes = codes_in_the_source() | codes_of_calls()
    assert {"callback_unregistered", "pkce_missing", "code_replayed", "password_wrong", "ambiguous"} <= codes
    for code in sorted(codes):
        told = []
        for language in ("en", "es", "pt-br"):
            with translation.override(language):
                told.append(reason_in_words(code))
        assert all(told), code
        assert len(set(told)) == 3, code


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "An administrator had paused all writes."),
        ("es", "Un administrador había pausado todas las escrituras."),
        ("pt-br", "Um administrador havia pausado todas as gravações."),
    ],
)
def test_page_and_files_tell_the_reason_beside_its_code(world: World, language: str, sentence: str) -> None:
    record(
        Kind.TOOL_CALL,
        company_id=world.company.pk,
        user=world.owner,
        outcome=Outcome.REFUSED,
        reason="writes_paused",
    )
    record(
        Kind.TOOL_CALL,
        company_id=world.company.pk,
        user=world.owner,
        outcome=Outcome.REFUSED,
        reason="of_a_later_version",
    )
    world.owner.language = language
    world.owner.save()
    client = browser(world.owner)
    shown = text_of(client.get("/settings/transactions-log/"))
    assert sentence in shown
    assert "of_a_later_version" in shown
    assert "<small>writes_paused" not in shown, "the code is on the page of the event"

    def rows(kind: str) -> Any:
        answer = post(client, "/settings/transactions-log/export/", {"format": kind})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return json.loads(text) if kind == "json" else list(csv.DictReader(io.StringIO(text)))

    for kind in ("json", "csv"):
        told = {row["reason"]: row["why"] for row in rows(kind) if row["reason"]}
        assert told == {"writes_paused": sentence, "of_a_later_version": ""}
