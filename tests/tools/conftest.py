"""A seeded plant, committed: the audit's thread and the API in process have connections of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import jsonschema
import orjson
import pytest
from django.core.cache import cache
from django.core.management import call_command
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import Membership
from maintenance.demo.seed import seed
from maintenance.tokens import principal_of
from mcp_gateway import audit
from mcp_gateway.caller import READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.dispatch import call_tool
from mcp_gateway.registry import ToolResult
from mcp_gateway.tools import CATALOGUE


@pytest.fixture(scope="package")
def _plant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        seed(seed=7)
        yield
        audit.stop()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(autouse=True)
def db(_plant: None, settings: Settings) -> None:
    """Instead of pytest-django's, whose transaction other threads could not see into."""
    settings.API_REQUESTS_PER_MINUTE = 0
    cache.clear()


async def no_progress(done: float, total: float | None = None, message: str = "") -> None:
    pass


def caller_of(email: str, **changes: Any) -> Caller:
    membership = Membership.objects.get(user__email=email)
    principal = principal_of(membership)
    caller = Caller(
        **{name: getattr(principal, name) for name in principal.__dataclass_fields__},
        consumer_id=1,
        consumer_name="ChatGPT",
        scopes=frozenset({READ_SCOPE, WRITE_SCOPE}),
    )
    return replace(caller, **changes)


class Person:
    """Calls tools as one person; every answer is checked against the schema of the tool."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def result(self, tool: str, **arguments: Any) -> ToolResult:
        given = call_tool(
            self.caller, tool, arguments, catalogue=CATALOGUE, progress=no_progress, request_id="r-1"
        )
        result = asyncio.run(given)
        assert isinstance(result, ToolResult)
        return result

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.result(tool, **arguments)
        assert not result.is_error, result.content
        assert result.structured is not None
        output = CATALOGUE.tools[tool].output
        assert output is not None
        jsonschema.validate(
            orjson.loads(orjson.dumps(result.structured)),
            output.model_json_schema(mode="serialization"),
            format_checker=jsonschema.FormatChecker(),
        )
        assert len(orjson.dumps(result.structured)) < 110_000
        return result.structured

    def refused(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.result(tool, **arguments)
        assert result.is_error, result.structured
        assert result.structured is None
        error: dict[str, Any] = result.meta["fracttal-one/error"]
        return error

    def everything(self, tool: str, plural: str, **arguments: Any) -> list[dict[str, Any]]:
        """All records over all cursors."""
        records: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        for _ in range(200):
            page = self.ask(tool, **arguments, **cursor)
            records += page[plural]
            assert page["returned"] == len(page[plural])
            assert page["has_more"] == ("next_cursor" in page)
            if not page["has_more"]:
                return records
            cursor = {"cursor": page["next_cursor"]}
        raise AssertionError("the pages do not end")


@pytest.fixture
def admin() -> Person:
    return Person(caller_of("admin@demo.example"))


@pytest.fixture
def planner() -> Person:
    return Person(caller_of("planner@demo.example"))


@pytest.fixture
def technician() -> Person:
    return Person(caller_of("technician@demo.example"))


@pytest.fixture
def stranger() -> Person:
    """The administrator of the other company."""
    return Person(caller_of("admin@other.example"))


PersonMaker = Callable[..., Person]


@pytest.fixture
def person() -> PersonMaker:
    """Somebody with changed rights or scopes."""

    def make(email: str = "admin@demo.example", **changes: Any) -> Person:
        return Person(caller_of(email, **changes))

    return make
