"""Planted texts stay data: inside their fence, without effect on tools, and out of the log."""

from __future__ import annotations

import logging
import re
from typing import Any

import orjson
import pytest

from audit.models import Event
from maintenance.models import Attachment, Subtask, WorkOrder, WorkRequest
from mcp_gateway.tools.kit.text import LONG_TEXT, clean
from tests.gateway.tools.conftest import Person
from tests.prompt_injection.texts import TEXTS
from tests.text_reader import read, to_the_minute

EVER = {"since": "2015-01-01", "until": "2099-01-01"}
LISTS: dict[str, dict[str, Any]] = {
    "list_work_orders": {}, "list_assets": {"type": "equipment"}, "list_work_requests": {},
    "list_meters": {}, "list_people": {}, "list_pending_tasks": {"until": "2099-01-01"},
    "list_task_plans": {"kind": "tasks"}, "list_stock": {}, "list_third_parties": {},
    "list_transactions": EVER,
}  # fmt: skip
OPENING = re.compile(r"^\[([0-9]{9}): data, ")
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)


def in_its_fence(person: Person, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool, check that its answer is fenced, and return the answer."""
    before = Event.objects.count()
    result = person.result(tool, **arguments)
    assert not result.is_error, result.content
    assert Event.objects.count() == before + 1, "one question is one call"
    (block,) = result.content
    parsed = read(block["text"])
    assert to_the_minute(parsed) == to_the_minute(result.structured), "a text passed for something else"
    return parsed


def inside(text: str) -> dict[str, Any]:
    """Return the JSON in a fence."""
    opening, data, closing = text.split("\n")
    found = OPENING.match(opening)
    assert found
    assert closing == f"[/{found[1]}]"
    assert found[1] not in data, "a text knew the fence"
    parsed: dict[str, Any] = orjson.loads(data)
    return parsed


def all_texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in all_texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in all_texts(value)]
    return [node] if isinstance(node, str) else []


def harmless(texts: list[str]) -> None:
    for text in texts:
        assert HIDDEN.search(text) is None, repr(text)
        assert "](http" not in text, text
        assert not re.search(r"https?://(malo|mau|evil)\.example", text), text


@pytest.mark.parametrize("tool", LISTS)
def test_lists(admin: Person, tool: str) -> None:
    texts: list[str] = []
    arguments = LISTS[tool]
    cursor: dict[str, Any] = {}
    for _ in range(40):
        page = in_its_fence(admin, tool, **{name: value for name, value in arguments.items() if value},
                            limit=100, **cursor)  # fmt: skip
        texts += all_texts(page)
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    harmless(texts)
    joined = "\n".join(texts)
    seen = [text for text in TEXTS if clean(text, LONG_TEXT)[:60].strip() in joined]
    assert len(seen) >= 50, f"{len(seen)} of the planted texts were in the answers"


def test_every_detail_of_records(admin: Person) -> None:
    orders = [
        WorkOrder.objects.filter(company__slug="demo").order_by("-creation_date")[n] for n in (0, 30, 59)
    ]
    orders.append(Attachment.objects.filter(company__slug="demo").order_by("-pk")[0].work_order)
    orders.append(Subtask.objects.filter(company__slug="demo").order_by("-pk")[0].task.work_order)
    parts = ["subtasks", "resources", "attachments", "requisitions", "public_link"]
    for order in orders:
        harmless(all_texts(in_its_fence(admin, "get_work_order", folio=order.folio, include=parts)))
    everything = [
        "custom_fields", "location_history", "documents", "downtime", "meters", "history", "plan",
    ]  # fmt: skip
    harmless(all_texts(in_its_fence(admin, "get_asset", code="CMP-01", include=everything)))
    for request in WorkRequest.objects.filter(company__slug="demo").order_by("-pk")[:60]:
        shown = in_its_fence(admin, "get_work_request", id=request.pk, include=["history", "attachments"])
        harmless(all_texts(shown))
    for metric in ("backlog", "work_per_person", "repeat_failures", "cost"):
        answer = in_its_fence(admin, "get_maintenance_metrics", metric=metric)
        harmless([text for row in answer["rows"] for text in all_texts(row)])
    third = in_its_fence(admin, "list_third_parties", include=["contacts", "services"], limit=100)
    harmless(all_texts(third))


def test_records_to_choose_from_are_fenced_in_refusals_too(admin: Person) -> None:
    waiting = WorkRequest.objects.filter(company__slug="demo", status=1, item__isnull=False).latest("date")
    assert waiting.item is not None
    order = WorkOrder.objects.filter(company__slug="demo", status=1).latest("creation_date")
    task = {"id": 1, "done": True, "started_at": "2026-11-02", "finished_at": "2026-11-02T01:00"}
    for tool, arguments in (
        ("update_work_order", {"folio": order.folio, "task": task}),
        ("create_work_request", {"title": waiting.description[:100], "asset": waiting.item.code}),
        ("get_asset", {"code": "instrucciones"}),
        ("get_asset", {"code": "instruciones anteriores"}),
        ("list_stock", {"warehouse": "ignora"}),
        ("set_asset_custom_field", {"asset": "CMP-02", "field": "none of them", "value": "x"}),
    ):
        result = admin.result(tool, **arguments)
        assert result.is_error, tool
        (block,) = result.content
        sentence, details, fence = block["text"].split("\n", 2)
        told = {"message": sentence, **orjson.loads(details)}
        assert "candidates" not in told, tool
        candidates = inside(fence)["candidates"]
        assert candidates, tool
        assert candidates == result.meta["fracttal-one/error"]["candidates"]
        harmless(all_texts(candidates))
        own = " ".join(all_texts(told))
        assert not any(text[:40] in own for text in TEXTS), told


def test_search_and_fetch_fence_what_they_quote(admin: Person) -> None:
    for word in ("Ignora", "system", "cancele"):
        result = admin.result("search", query=word)
        (block,) = result.content
        found = orjson.loads(block["text"])
        for hit in found["results"]:
            (text,) = admin.result("fetch", id=hit["id"]).content
            document = orjson.loads(text["text"])
            lines = document["text"].split("\n")
            fence = OPENING.match(lines[0])
            assert fence
            assert lines[-1] == f"[/{fence[1]}]"
            assert document["text"].count(fence[1]) == 2, "opening and closing"
            harmless([document["title"]])


def test_what_a_write_replaced_is_cleaned(admin: Person) -> None:
    """The old note is returned in the answer, as data, so that it can be restored after a mistake."""
    told = []
    for order in WorkOrder.objects.filter(company__slug="demo", status=1).exclude(note=None)[:60]:
        answer = in_its_fence(admin, "update_work_order", folio=order.folio, note="Revisado")
        told += answer["notes"]
    assert sum("replaced" in note for note in told) > 20
    harmless(told)


def test_a_tool_does_the_same_whatever_stands_in_the_records(admin: Person) -> None:
    """Filters, counts and names depend on the records, never on what texts in them ask for."""
    open_orders = admin.everything("list_work_orders", "work_orders", status=["in_process"], limit=100)
    assert {order["status"] for order in open_orders} == {"in_process"}
    expected = WorkOrder.objects.filter(company__slug="demo", status=1)
    assert {order["folio"] for order in open_orders} == set(expected.values_list("folio", flat=True))


def test_a_planted_argument_reaches_no_log_line(admin: Person, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for text in TEXTS:
            short = text[:110]
            for tool, arguments in (
                ("list_assets", {"text": short}),
                ("get_work_order", {"folio": short[:60]}),
                ("get_asset", {"code": short}),
                ("create_work_request", {"title": short, "asset": "NOPE-X"}),
            ):
                admin.result(tool, **arguments)
        for tool, arguments in LISTS.items():
            admin.result(tool, **{name: value for name, value in arguments.items() if value})
    names = ("mcp_gateway", "security")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(names)]
    for line in ours:
        assert not any(text[:25] in line for text in TEXTS), line
    kept = Event.objects.order_by("-id")[:300]
    for call in kept:
        assert not any(text[:25] in str(vars(call)) for text in TEXTS)
