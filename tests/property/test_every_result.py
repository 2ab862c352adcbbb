"""Input that fits a tool's schema gives output that fits its output schema, or a refusal in our words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maintenance.models import Item, Meter, Personnel, WorkOrder, WorkRequest
from mcp_gateway.calls import errors
from mcp_gateway.calls.results import RESULT_LIMIT
from mcp_gateway.calls.tool import Tool
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.gateway.tools.conftest import Person, answers_of, caller_of
from tests.oracle.runs import SOAK

CODES = {
    error.code
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.GatewayError)
}
# Never acceptable: a defect of ours, or an answer of the embedded API that our client does not understand.
DEFECTS = {"internal_error", "upstream_not_understood", "upstream_unavailable", "outcome_unknown"}
PEOPLE = ("admin@demo.example", "planner@demo.example", "technician@demo.example", "admin@other.example")
# `make soak` draws more, and other ones each time.
EXAMPLES = 200 if SOAK else 16
WORDS = ("bomba", "compresor", "óleo", "inspección", "%", "' OR 1=1", "​", "x" * 100)


def plant_words() -> list[str]:
    """Return codes, folios and names that exist: a search for made-up words would find nothing to check."""
    pools: list[Any] = [
        Item.objects.values_list("code", flat=True)[:60],
        Item.objects.values_list("field_1", flat=True)[:20],
        WorkOrder.objects.order_by("-id").values_list("folio", flat=True)[:40],
        Personnel.objects.exclude(code=None).values_list("code", flat=True)[:20],
        Meter.objects.exclude(serial=None).values_list("serial", flat=True)[:20],
        [f"wo:{folio}" for folio in WorkOrder.objects.values_list("folio", flat=True)[:10]],
        [f"asset:{code}" for code in Item.objects.values_list("code", flat=True)[:10]],
    ]
    return [str(word) for pool in pools for word in pool]


def numbers(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1000))
    most = schema.get("maximum", schema.get("exclusiveMaximum", 100_000))
    if schema["type"] == "integer":
        small = st.integers(int(least), int(min(most, least + 40)))
        ids = list(WorkRequest.objects.values_list("id", flat=True)[:20])
        return small | st.sampled_from([number for number in ids if least <= number <= most] or [int(least)])
    return st.floats(float(least) + 0.5, float(min(most, least + 5000)), allow_nan=False)


def texts(name: str, schema: dict[str, Any], words: list[str]) -> st.SearchStrategy[Any]:
    if name in {"cursor", "idempotency_key"}:
        return st.nothing()
    if name == "id":  # numbers of requests, and ids from search
        requests = WorkRequest.objects.values_list("id", flat=True)[:20]
        return st.sampled_from([*map(str, requests), *(word for word in words if ":" in word)])
    longest = schema.get("maxLength", 100)
    today = dt.datetime.now(dt.UTC)
    if "examples" in schema or name.endswith(("_at", "since", "until")):
        return st.integers(-400, 10).map(lambda day: (today + dt.timedelta(days=day)).date().isoformat())
    if schema.get("format") == "date":
        return st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)).map(str)
    if name == "folio":  # half of them: few of the other words are one
        newest = WorkOrder.objects.order_by("-id").values_list("folio", flat=True)[:40]
        return st.sampled_from([*newest]) | st.sampled_from(words)
    candidates = [word for word in (*words, *WORDS) if schema.get("minLength", 0) <= len(word) <= longest]
    return st.sampled_from(candidates or ["words"])


def values(
    name: str, schema: dict[str, Any], root: dict[str, Any], words: list[str]
) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return values(name, root["$defs"][schema["$ref"].rpartition("/")[2]], root, words)
    if "anyOf" in schema or "oneOf" in schema:
        branches = [
            part for part in schema.get("anyOf", schema.get("oneOf", ())) if part.get("type") != "null"
        ]
        return st.one_of([values(name, {**schema_of(schema), **part}, root, words) for part in branches])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    kind = schema.get("type")
    if kind == "boolean":
        return st.booleans()
    if kind in {"integer", "number"}:
        return numbers(schema)
    if kind == "array":
        items = values(name, schema["items"], root, words)
        return st.lists(items, min_size=schema.get("minItems", 0), max_size=min(3, schema.get("maxItems", 3)))
    if kind == "object":
        return objects(schema, root, words)
    return texts(name, schema, words)


def schema_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in {"anyOf", "oneOf", "default"}}


def objects(schema: dict[str, Any], root: dict[str, Any], words: list[str]) -> st.SearchStrategy[Any]:
    required = set(schema.get("required", ()))
    fields = {name: values(name, part, root, words) for name, part in schema.get("properties", {}).items()}
    usable = {name: found for name, found in fields.items() if not found.is_empty}
    return st.fixed_dictionaries(
        {name: found for name, found in usable.items() if name in required},
        optional={name: found for name, found in usable.items() if name not in required},
    )


@pytest.fixture(scope="module")
def words(_plant: None, django_db_blocker: Any) -> list[str]:
    with django_db_blocker.unblock():
        return plant_words()


@pytest.mark.parametrize("tool", CATALOGUE.tools.values(), ids=lambda tool: str(tool.name))
def test_every_result_fits_the_schema(tool: Tool[Any, Any], words: list[str]) -> None:
    schema = tool.input.model_json_schema()
    people = {email: Person(caller_of(email)) for email in PEOPLE}
    answered = 0

    @settings(
        max_examples=EXAMPLES if tool.read_only else EXAMPLES // 3,
        deadline=None,
        derandomize=not SOAK,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(who=st.sampled_from(PEOPLE), arguments=objects(schema, schema, words))
    def check(who: str, arguments: dict[str, Any]) -> None:
        nonlocal answered
        result = people[who].result(tool.name, **arguments)
        text = orjson.dumps(result.content)
        assert len(text) < 2 * RESULT_LIMIT
        if result.is_error:
            code = result.meta["fracttal-one/error"]["code"]
            assert code in CODES - DEFECTS, result.meta
            assert result.structured is None
            return
        assert result.structured is not None
        answers_of(tool.name).validate(result.structured)
        answered += 1

    check()
    assert answered or not tool.read_only  # input that fits a write is rare; writes have their own tests
