"""Which fields and arguments of reading tools are compared with the tables, derived from the comparisons.

Listed by hand are only fields that a comparison names differently, and fields that no comparison covers, with
the reason.
"""

from __future__ import annotations

import typing
from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any

from pydantic import BaseModel

from mcp_gateway.calls.tool import Tool
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.metrics.metric import Change
from tests.oracle import records
from tests.oracle.addresses import PAGES
from tests.oracle.belongings import BELONGINGS
from tests.oracle.checking_lists import asked_of
from tests.oracle.dice import Dice
from tests.oracle.drawn import NOON
from tests.oracle.expected_metrics import EXPECTED
from tests.oracle.growing import large_plant
from tests.oracle.lists import DETAILS, LISTS, TASKS_SHOWN
from tests.oracle.parts import OWNERS
from tests.oracle.plants import Plant
from tests.oracle.questions import cells, question
from tests.oracle.tables import Tables

# Enough rows of each kind that every field of every metric appears.
SIZES = {"tasks": 250, "orders": 30, "stops": 30, "lines": 30, "equipment": 20, "meters": 20, "readings": 80}
METRICS = "get_maintenance_metrics"
READING = {name: tool for name, tool in CATALOGUE.tools.items() if tool.read_only}
# Fields of every list that the walk over its pages checks.
OF_PAGES = frozenset({"returned", "total", "has_more", "partial", "next_cursor"})

# Comparisons of single records: the tool, its SQL, and the prefix of its columns.
RECORDS = (
    ("get_asset", records.ASSET, ""),
    ("get_asset", records.STOPS, "downtime."),
    ("get_asset", records.METERS, "meters."),
    ("get_asset", records.HISTORY, "history."),
    ("get_asset", records.PLAN, "plan."),
    ("get_work_order", records.ORDER, ""),
    ("get_work_order", records.TASKS, "tasks."),
    ("get_work_order", records.RESOURCES, "resources."),
    ("get_work_request", records.REQUEST, ""),
    ("get_work_request", records.CHANGES, "history."),
)
WITHIN = {"third_party": "third_parties.", "person": "people."}
# Columns of a comparison that are not named like a field → the fields that they stand for.
CALLED: dict[str, tuple[str, ...]] = {
    "lines_quantity": ("lines.quantity",),
    "lines_pending": ("lines.pending",),
    "lines_cost": ("lines.unit_cost",),
    "line_texts": ("lines.item", "lines.name", "lines.unit"),
    "questions": ("questions.question",),
    "questions_required": ("questions.required",),
    "question_kinds": ("questions.kind",),
    "tasks_shown": (),
    **{f"failure_{name}": (f"failure.{name}",) for name in ("type", "cause", "severity", "damage")},
    "failure_detected_by": ("failure.detected_by",),
    "failure_happened_at": ("failure.happened_at",),
}
# Compared by a separate test.
BESIDES: dict[str, frozenset[str]] = {
    "fetch": frozenset({"id", "title", "text", "metadata"}),  # test_fetch.py
    "search": frozenset({"results.id", "results.title"}),  # test_search.py
    "list_task_plans": frozenset({"kind"}),  # test_addresses.py
    "list_meter_readings": frozenset({"asset_code"}),  # test_addresses.py
    "get_work_order": frozenset({"public_link"}),  # test_belongings.py
    "list_planned_work": frozenset(  # test_planned_work.py
        {
            *("since", "until", "tasks", "hours", "left_out", "partial"),
            *(f"days.{name}" for name in ("date", "tasks", "hours", "without_estimate", "people")),
            *(
                f"days.work.{name}"
                for name in (
                    *("work_order", "id", "task", "asset_code", "asset", "responsible_code", "responsible"),
                    *("scheduled_at", "estimated_minutes", "url"),
                )
            ),
        }
    ),
    "list_pending_tasks": frozenset(  # test_planned_parts.py
        {f"pending_tasks.parts.{name}" for name in ("description", "quantity", "unit", "unit_cost")}
    ),
    "list_documents": frozenset(  # test_document_list.py
        {
            *("total", "left_out", "owners", "partial"),
            *(
                f"documents.{name}"
                for name in (
                    *("name", "description", "group", "version", "valid_from", "valid_until", "author"),
                    *("still_valid", "warranty", "iso_code", "days_left", "url"),
                    *("owner", "owner_code", "owner_name"),
                )
            ),
        }
    ),
    METRICS: frozenset(  # test_metrics.py, test_metric_answers.py
        {
            *("coverage.partial", "metric", "scope", "code", "period.since", "period.until"),
            *("currency", "groups_total", "groups_left_out", "papers"),
            # earlier.py
            *("earlier_period.since", "earlier_period.until", "earlier_only"),
            *(f"{of}changes.{name}" for of in ("", "rows.", "groups.") for name in Change.model_fields),
        }
    ),
}
WORDS = "sentences of ours, in tests/gateway/tools"
CONNECTION = "of the connection, not of the plant: tests/gateway/tools/test_records.py::test_who_is_who"
CURRENCY = "tests/gateway/tools/test_currency.py"
OTHER_PAPERS = "of purchase orders and material requests: no requisition has it"
WITH_TASKS = "list_meters with_tasks says it: no asset shows its meters with tasks"
REPORTS = "the address of a page: tests/reports_pages"
OF_SHIFTS = "over the demo plant, with both databases: tests/gateway/tools/test_shifts.py"


def _names_all_rows(tool: Tool[Any, Any]) -> bool:
    return tool.output is not None and "all_rows_url" in tool.output.model_fields


NOT_COMPARED: dict[str, dict[str, str]] = {
    "whoami": {"*": CONNECTION},
    "search": {"notes": WORDS},
    "get_my_day": {"*": OF_SHIFTS},
    "get_shift_handover": {"*": OF_SHIFTS},
    **{
        name: {"notes": WORDS, **({"all_rows_url": REPORTS} if _names_all_rows(tool) else {})}
        for name, tool in READING.items()
        if name.startswith("list_")
    },
    "get_work_order": {
        "notes": WORDS,
        **{f"requisitions.{name}": OTHER_PAPERS for name in ("delivery_at", "document", "note", "supplier")},
        "tasks_left_out": "more than 100 tasks: tests/gateway/upstream/test_partial_answers.py",
    },
    "get_asset": {
        "parts_notes": WORDS,
        **{f"meters.{name}": WITH_TASKS for name in ("task", "task_id", "last_step", "task_last_done_at")},
    },
    "list_stock": {"currency": CURRENCY, "notes": WORDS, "all_rows_url": REPORTS},
    METRICS: {
        "method": WORDS,
        "report_url": REPORTS,
        "coverage.rows_used": "tests/gateway/tools/test_measures.py",
        "coverage.pages_read": "calls, not rows of the plant",
        "notes": WORDS,
    },
}


def fields_of(tool: Tool[Any, Any]) -> set[str]:
    assert tool.output is not None
    return set(_fields(tool.output, "", ()))


def _fields(model: type[BaseModel], above: str, within: tuple[type[BaseModel], ...]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = [each for each in _models(field.annotation) if each not in within]
        if not inner:
            yield above + name
        for each in inner:
            yield from _fields(each, f"{above}{name}.", (*within, each))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models(part)


def compared() -> dict[str, set[str]]:
    """Return the fields of each tool that a comparison names."""
    tables, found = Tables(Plant(NOON)), defaultdict[str, set[str]](set)

    def add(tool: str, sql: str, above: str, **given: Any) -> None:
        for column in tables.columns(sql, **given):
            found[tool] |= {above + name for name in CALLED.get(column, (column,))}

    for listed in LISTS.values():
        above = f"{listed.plural}."
        add(listed.tool, listed.sql.format(where="1"), above)
        found[listed.tool] |= {*OF_PAGES, *(above + name for name in listed.key)}
        found[listed.tool].discard(above + "key")
    for tool, sql, above in RECORDS:
        add(tool, sql, above, code="")
    for each in BELONGINGS:
        tool = OWNERS[each.owner].tool
        add(tool, each.sql, f"{WITHIN.get(each.owner, '')}{each.part}.", code="")
    found["get_work_order"] ^= {"requisitions.key", "requisitions.id"}
    found["list_work_orders"] |= {f"work_orders.tasks.{name}" for name in (*TASKS_SHOWN, *DETAILS)}
    for tool, names in BESIDES.items():
        found[tool] |= names
    for tool, path in PAGES:
        found[tool].add(path)
    found[METRICS] |= _of_metrics()
    return found


def _of_metrics() -> set[str]:
    found = set[str]()
    for seed in range(4):
        plant = large_plant(seed, NOON, **SIZES)
        tables = Tables(plant)
        for cell in cells():
            asked = question(plant, cell, Dice(bytes([seed * 41] * 24)))
            assert asked is not None
            figures = EXPECTED[asked.metric](tables, asked)
            rows = "groups" if asked.metric == "reliability" else "rows"
            found |= {f"overall.{name}" for name in figures.overall if rows == "groups"}
            found |= {f"{rows}.{name}" for row in figures.rows or () for name in row}
    return found


# Arguments that a separate test uses, with every value of each.
ASKED_BESIDES: dict[str, dict[str, str]] = {
    METRICS: dict.fromkeys(
        (
            *("metric", "scope", "code", "since", "until", "group_by", "days", "hours_per_week"),
            *("components", "top", "compare_with"),
        ),
        "test_metrics.py::test_every_metric_scope_and_group_is_reached, test_metric_answers.py",
    ),
    "get_asset": dict.fromkeys(("code", "include"), "test_belongings.py, test_records.py"),
    "get_work_order": dict.fromkeys(("folio", "include"), "test_belongings.py, test_records.py"),
    "get_work_request": dict.fromkeys(("id", "include"), "test_belongings.py, test_records.py"),
    "search": {"query": "test_search.py"},
    "fetch": {"id": "test_fetch.py"},
    "list_planned_work": dict.fromkeys(
        ("since", "until", "location", "asset", "responsible", "limit"), "test_planned_work.py"
    ),
    "list_documents": dict.fromkeys(
        ("owner", "code", "expires_within", "expired", "warranty", "limit"), "test_document_list.py"
    ),
    "list_pending_tasks": {"parts": "test_planned_parts.py"},
    "list_people": {"documents": "test_belongings.py"},
    "list_third_parties": {"include": "test_belongings.py"},
}
ARGUMENTS_NOT_ASKED: dict[str, dict[str, str]] = {
    "get_my_day": {"limit": OF_SHIFTS},
    "get_shift_handover": dict.fromkeys(("location", "since", "until", "limit"), OF_SHIFTS),
    "whoami": {"module": CONNECTION},
    METRICS: {"allow_calls": "calls, not rows of the plant: tests/gateway/tools/test_limits.py"},
}


def arguments_asked() -> dict[str, dict[str, set[Any]]]:
    """Return the arguments that the list tests use, with their values."""
    plant, random = large_plant(9, NOON, details=1, orders=12, tasks=30, equipment=12, lines=20), Random(1)
    found = defaultdict[str, dict[str, set[Any]]](lambda: defaultdict(set))
    for listed in LISTS.values():
        given = [asked_of(listed, 25), {"cursor": "of the page before"}]
        for make in listed.filters.values():
            made = [make(plant, Dice(random.randbytes(30))) for _ in range(200)]
            given += [each.arguments for each in made if each is not None]
        for arguments in given:
            for name, value in arguments.items():
                found[listed.tool][name] |= {*value} if isinstance(value, list) else {value}
    return found
