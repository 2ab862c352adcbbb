"""Arguments in the forms that hosts send are answered, and written, like the plain ones (reports 26-33).

The forms come from public reports: JSON text for lists and objects, a single value for a list, texts for
numbers and flags, numbers for codes, "" and "null" for what is left out, constants as people write them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from maintenance.models import Item, WorkOrder
from mcp_gateway.calls.arguments.values import read
from mcp_gateway.protocol.schemas import enforced, output_schema
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.gateway.tools.arguments import READS, WRITES, Row
from tests.gateway.tools.conftest import Person, PersonMaker, embedded_only
from tests.gateway.tools.outcomes import called, identified, outcome, with_value
from tests.gateway.tools.sent_writes import Sent

# From the product's screens, written down by hand.
PEOPLE_SAY = {
    "in_process": ["En proceso", "em processo", "In-Process"],
    "cancelled": ["cancelada", "CANCELADO"],
    "very_low": ["Muy baja", "muito baixa"],
    "very_high": ["muy alta", "Muito alta"],
    "high": ["alta"],
    "rejected": ["rechazada", "Rejeitada"],
    "tool": ["Herramienta", "ferramenta"],
    "none": ["Ninguno"],
}


def schema_of(row: Row) -> Mapping[str, Any]:
    field: Mapping[str, Any] = enforced(CATALOGUE.tools[row.tool].input)
    for name in row.argument.split("."):
        field = field.get("items", field)["properties"][name]
    return field


def dresses(field: Mapping[str, Any], value: Any, *, writes: bool) -> Iterator[Any]:
    """Return other values that can only mean `value`."""
    if isinstance(value, list):
        yield json.dumps(value)
        if len(value) == 1:
            yield value[0]
            for each in dresses(field["items"], value[0], writes=writes):
                yield [each]
                yield each
    elif isinstance(value, dict):
        yield json.dumps(value)
    elif "enum" in field:
        yield from (value.upper(), value.title(), value.replace("_", " "), value.replace("_", "-"))
    elif writes:
        return
    elif isinstance(value, bool):
        yield from (str(value), str(value).lower())
    elif isinstance(value, int):
        yield from (str(value), float(value), f" {value} ")
    elif isinstance(value, str) and value.isascii() and value.isdecimal() and str(int(value)) == value:
        yield int(value)


def timeless(found: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Remove the time of the question, which metrics and the shift handover contain."""
    of_time = {"period", "earlier_period", "since", "until"}
    return found[0], {name: value for name, value in found[1].items() if name not in of_time}


@embedded_only
@pytest.mark.parametrize("row", READS, ids=identified)
def test_reports_26_27_33_a_read_is_answered_as_with_the_plain_value(admin: Person, row: Row) -> None:
    value, base = called(row.value), called(row.base)
    plain = timeless(outcome(admin, row.tool, with_value(base, row.argument, value)))
    for dressed in dresses(schema_of(row), value, writes=False):
        found = timeless(outcome(admin, row.tool, with_value(base, row.argument, dressed)))
        assert found == plain, dressed


@embedded_only
@pytest.mark.parametrize("row", WRITES, ids=identified)
def test_reports_26_33_a_write_is_sent_as_with_the_plain_value(admin: Person, sent: Sent, row: Row) -> None:
    def asked(value: Any) -> Any:
        sent.clear()
        arguments = with_value(base, row.argument, value)
        return outcome(admin, row.tool, {n: v for n, v in arguments.items() if v is not None}), list(sent)

    value, base = called(row.value), called(row.base)
    plain = asked(value)
    for dressed in dresses(schema_of(row), value, writes=True):
        assert asked(dressed) == plain, dressed


@embedded_only
@pytest.mark.parametrize(
    "tool",
    [
        tool.name
        for tool in CATALOGUE.tools.values()
        if tool.read_only and tool.name not in {"search", "fetch"}
    ],
)
def test_report_27_null_and_empty_values_are_left_out(admin: Person, tool: str) -> None:
    """Strict hosts require each field, so a model fills in those that it does not need."""
    row = next(row for row in READS if row.tool == tool)
    base = {name: called(each) for name, each in row.base.items()}
    schema = enforced(CATALOGUE.tools[tool].input)
    plain = outcome(admin, tool, base)
    assert len(schema["properties"]) > len(schema.get("required", ()))
    for nothing in (None, "null", "", "  "):
        others = {
            name: nothing
            for name in schema["properties"]
            if name not in base and name not in schema.get("required", ())
        }
        assert timeless(outcome(admin, tool, {**others, **base})) == timeless(plain), nothing


def test_report_27_null_is_no_word_and_no_name(admin: Person) -> None:
    for tool, field in (("search", "query"), ("get_asset", "code"), ("get_work_order", "folio")):
        for nothing in ("null", None):
            refused = admin.refused(tool, **{field: nothing})
            assert refused["message"].startswith(f"Change the arguments and call again: {field} is required")
    assert "must not be empty" in admin.refused("get_asset", code="")["message"]


@embedded_only
def test_report_27_a_number_is_taken_for_a_code(admin: Person) -> None:
    place = Item.objects.get(company__slug="demo", code="CMP-01").parent
    Item.objects.filter(pk=Item.objects.get(company__slug="demo", code="CMP-04").pk).update(code="10045")
    order = WorkOrder.objects.filter(company__slug="demo").order_by("pk")[3]
    folio = order.folio
    WorkOrder.objects.filter(pk=order.pk).update(folio="1496")
    try:
        assert place is not None
        assert admin.ask("get_asset", code=10045)["code"] == "10045"
        assert admin.ask("get_work_order", folio=1496.0)["folio"] == "1496"
        refused = admin.refused("update_work_order", folio=1496, note="x")
        assert refused["fields"][0]["problem"] == 'must be text in quotes, such as "OT-1000"'
        assert admin.refused("get_asset", code=10045.5)["code"] == "invalid_arguments"
    finally:
        Item.objects.filter(company__slug="demo", code="10045").update(code="CMP-04")
        WorkOrder.objects.filter(pk=order.pk).update(folio=folio)


@pytest.mark.parametrize(
    ("tool", "field", "words"),
    [
        ("list_work_orders", "status", ("in_process", "cancelled")),
        ("list_work_orders", "priority", ("very_low", "very_high", "high")),
        ("list_work_requests", "status", ("rejected", "in_process")),
        ("list_assets", "type", ("tool",)),
        ("create_asset", "priority", ("high",)),
    ],
)
def test_report_33_words_of_three_languages(tool: str, field: str, words: tuple[str, ...]) -> None:
    taken = 0
    for word in words:
        for said in PEOPLE_SAY[word]:
            found = read(CATALOGUE.tools[tool], {field: said})[field]
            if said == "CANCELADO":  # on the screens it describes orders, which are feminine
                assert found in ([said], ["cancelled"])
                continue
            assert found in (word, [word]), said
            taken += 1
    assert taken


@pytest.mark.parametrize("said", ["open", "process", "en", "finished_at", "in process review", "алта"])
def test_report_33_what_fits_no_word_or_several_is_refused_with_the_words(admin: Person, said: str) -> None:
    refused = admin.refused("list_work_orders", status=[said])
    assert refused["fields"] == [
        {"field": "status.0", "problem": "must be 'in_process', 'review', 'completed' or 'cancelled'"}
    ]


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("list_work_orders", {"status": '["in_process"'}, 'status must be a list, such as ["in_process"]'),
        ("list_work_orders", {"status": {"a": 1}}, "status.0 must be"),
        ("list_work_orders", {"limit": "1.500"}, "limit must be a whole number and not a text, such as 25"),
        ("list_work_orders", {"overdue": "maybe"}, "overdue must be true or false, without quotes"),
        ("list_work_orders", {"limt": 5}, 'limt is unknown: limit may be meant, such as "limit": 25'),
        ("get_maintenance_metrics", {"hours_per_week": 0}, "hours_per_week must be more than 0"),
        ("update_work_order", {"folio": "OT-1", "task": "[1]"}, 'task must be an object, such as {"id":1,'),
        ("update_asset", {"asset": "CMP-01", "notes": ""}, "notes must not be empty"),
        (
            "create_work_order",
            {"source": "pending", "pending_tasks": ["1"]},
            "pending_tasks.0 must be a whole number",
        ),
        (
            "create_asset",
            {"type": "tool", "code": "A", "name": "a", "purchase_date": "01/02/2026"},
            'purchase_date must be a date as YYYY-MM-DD, such as "2026-07-01"',
        ),
        ("list_work_orders", {"since": "01/02/2026"}, "since must be an ISO date such as 2026-07-01"),
    ],
)
def test_what_is_refused_shows_the_right_form(
    admin: Person, tool: str, arguments: dict[str, Any], told: str
) -> None:
    refused = admin.refused(tool, **arguments)
    assert refused["code"] == "invalid_arguments"
    assert told in refused["message"]


@pytest.mark.parametrize("depth", [60, 200, 900, 5000])
def test_report_26_text_of_json_is_no_deeper_than_a_message(admin: Person, depth: int) -> None:
    deep = '{"id":' + "[" * depth + "]" * depth + "}"
    for tool, arguments in (
        ("update_work_order", {"folio": "OT-1", "task": deep}),
        ("list_work_orders", {"status": "[" * depth + "]" * depth}),
    ):
        assert admin.refused(tool, **arguments)["code"] == "invalid_arguments"


def test_report_29_no_arguments_at_all(person: PersonMaker) -> None:
    refused = person().refused("get_asset")
    assert refused["fields"] == [{"field": "code", "problem": 'is required, such as "P-101"'}]


@embedded_only
@pytest.mark.parametrize("tool", sorted({row.tool for row in READS}))
def test_report_34_answers_fit_the_schema_that_is_sent(
    admin: Person, technician: Person, stranger: Person, tool: str
) -> None:
    """The call of each row, as an administrator, as a person with few rights, and in another company."""
    output = CATALOGUE.tools[tool].output
    assert output is not None
    fitting = Draft202012Validator(output_schema(output))
    fitted = 0
    for row in [row for row in READS if row.tool == tool]:
        base = called(row.base)
        for someone, arguments in product(
            (admin, technician, stranger), (base, with_value(base, row.argument, called(row.value)))
        ):
            result = someone.result(tool, **arguments)
            if result.is_error:
                assert result.structured is None
                continue
            fitting.validate(result.structured)
            fitted += 1
    assert fitted
