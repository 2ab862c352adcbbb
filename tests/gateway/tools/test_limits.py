"""What holds for every tool: the upstream decides last, cursors, budgets, hints."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from pytest_django import Settings

from accounts.models import PermissionGroup
from consumers.toolsets import TOOLSETS
from mcp_gateway.calls.caller import READ_SCOPE
from mcp_gateway.calls.cursors import LIFETIME_SECONDS, Cursors
from mcp_gateway.calls.errors import InvalidArguments, NotPermitted
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.kit.text import clean
from tests.gateway.tools.conftest import Person, caller_of, embedded_only, run


@embedded_only
def test_without_the_write_scope_the_upstream_refuses_to_write() -> None:
    reader = caller_of("admin@demo.example", scopes=frozenset({READ_SCOPE}))

    async def calls_made() -> int:
        upstream = runtime().upstream_of(reader)
        with pytest.raises(NotPermitted):
            await upstream.post(["work_requests"], {"description": "x"})
        return upstream.calls

    assert run(calls_made()) == 1


@embedded_only
def test_the_upstream_narrows_to_the_group_of_the_consumer(person: Callable[..., Person]) -> None:
    group = PermissionGroup.objects.get(company__slug="demo", name="Técnicos")
    # the caller claims more rights than the token has
    narrowed = person("admin@demo.example", narrowed_to_group_id=group.pk)
    assert narrowed.refused("list_third_parties")["code"] == "not_permitted"
    # only the person's own orders, of which there are none
    assert narrowed.ask("list_work_orders")["work_orders"] == []


@embedded_only
def test_a_group_of_another_company_opens_nothing(person: Callable[..., Person]) -> None:
    group = PermissionGroup.objects.get(company__slug="other", name="Administradores")
    assert person(narrowed_to_group_id=group.pk).refused("list_assets")["code"] == "not_connected"


def test_a_spent_budget_says_how_long_to_wait(planner: Person, settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    planner.result("list_assets")
    error = planner.refused("list_assets")
    assert error["code"] == "rate_limited"
    assert 1 <= error["retry_after_seconds"] <= 60


@pytest.fixture
def cursors() -> Cursors:
    return Cursors(b"k" * 32, "1/2/3")


FILTERS: dict[str, object] = {"status": ["open"]}


def test_a_cursor_opens_for_the_same_question(cursors: Cursors) -> None:
    sealed = cursors.seal("list", FILTERS, {"row": 7, "done": "OT-ñ"})
    assert cursors.open("list", {"status": ["open"]}, sealed) == {"row": 7, "done": "OT-ñ"}


def test_a_cursor_opens_for_no_other(cursors: Cursors) -> None:
    sealed = cursors.seal("list", FILTERS, {"row": 7})
    body, mac = sealed.rsplit(":", 1)
    others: list[tuple[Cursors, str, dict[str, object], str]] = [
        (Cursors(cursors.key, "1/2/4"), "list", FILTERS, sealed),
        (Cursors(b"j" * 32, cursors.owner), "list", FILTERS, sealed),
        (cursors, "other", FILTERS, sealed),
        (cursors, "list", {}, sealed),
        *(
            (cursors, "list", FILTERS, bad)
            for bad in ("", ":", body, f"{body}:", f":{mac}", "é", "\ud800", "=" * 9)
        ),
        (cursors, "list", FILTERS, f"{body}A:{mac}"),
        (cursors, "list", FILTERS, f"{body}:{mac}AAAA"),
        (cursors, "list", FILTERS, "A" * 5000),
    ]
    for opener, tool, filters, cursor in others:
        with pytest.raises(InvalidArguments):
            opener.open(tool, filters, cursor)


def test_a_cursor_ends_after_a_day(cursors: Cursors, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = cursors.seal("list", FILTERS, {"row": 7})
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + LIFETIME_SECONDS - 5)
    assert cursors.open("list", FILTERS, sealed)
    monkeypatch.setattr(time, "time", lambda: now + LIFETIME_SECONDS + 5)
    with pytest.raises(InvalidArguments):
        cursors.open("list", FILTERS, sealed)


def test_a_cursor_of_another_tool(planner: Person) -> None:
    cursor = planner.ask("list_assets", limit=1)["next_cursor"]
    assert planner.refused("list_meters", cursor=cursor)["code"] == "invalid_arguments"


def test_what_may_be_left_out_is_not_required() -> None:
    """Empty fields are not sent, so a field that may be empty must be optional in the schema."""
    for name, tool in CATALOGUE.tools.items():
        assert tool.output is not None
        schema = tool.output.model_json_schema(mode="serialization")
        for model in (schema, *schema.get("$defs", {}).values()):
            for required in model.get("required", ()):
                options = model["properties"][required].get("anyOf", ())
                assert {"type": "null"} not in options, (name, required)


def test_hints() -> None:
    defaults = {name: tool for name, tool in CATALOGUE.tools.items() if tool.toolset == "default"}
    assert len(defaults) <= 27
    writes = {name for name, tool in defaults.items() if not tool.read_only}
    assert writes == {
        "create_work_request", "update_work_request", "add_meter_reading", "create_work_order",
        "update_work_order", "cancel_work_order",
    }  # fmt: skip
    assert CATALOGUE.toolsets == {"default", *TOOLSETS}
    for name, tool in CATALOGUE.tools.items():
        assert tool.title
        assert 20 < len(tool.description) < 1000
        replaces = name.startswith(("update_", "cancel_", "adjust_", "fill_", "set_", "save_"))
        assert tool.destructive <= replaces, name
        assert tool.read_only or "idempotency_key" in tool.input.model_fields, name
        if tool.read_only:
            assert tool.idempotent
            assert not tool.destructive


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("Motor  №1 ½″ ñ ção 日本", "Motor  №1 ½″ ñ ção 日本"),
        ("a\x00b\x1b[0m\x7f\x85", "ab[0m"),
        ("a\u202eb\u2066c\u200b\u200d\ufeff", "abc"),
        ("a\U000e0041\U000e007f\ufe0f\u3164\u2800b", "ab"),
        ("one\r\ntwo\u2028three\rfour", "one\ntwothree\nfour"),
        ("\ud800x", "x"),
        ("x" * 50, "x" * 19 + "…"),
    ],
)
def test_cleaning(text: str, cleaned: str) -> None:
    assert clean(text, 20 if len(text) == 50 else 100) == cleaned


@pytest.mark.parametrize("text", ["a\x00b", "a\r\nb", "\u202eab", "%00", "' OR 1=1 --", "ñ" * 100])
def test_strange_words_break_nothing(planner: Person, text: str) -> None:
    for tool, arguments in (
        ("search", {"query": text}),
        ("fetch", {"id": f"asset:{text}"}),
        ("fetch", {"id": f"person:{text}"}),
        ("get_work_order", {"folio": text[:60]}),
        ("list_assets", {"text": text}),
        ("list_meters", {"asset": text, "serial": text[:60]}),
        ("list_work_orders", {"location": text}),
        ("list_people", {"text": text}),
    ):
        result = planner.result(tool, **arguments)
        if result.is_error:
            assert result.meta["fracttal-one/error"]["code"] in {"invalid_arguments", "not_found"}, tool
