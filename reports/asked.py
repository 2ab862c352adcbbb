"""What a report asks: a tool that reads, and its arguments from the query string."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict

from accounts.models import Membership
from mcp_gateway.calls.tool import Tool
from mcp_gateway.page_reads import answer, may_read, page_tool
from reports.tables import Table, columns_of, table_of

METRICS = "get_maintenance_metrics"
PAGE_SIZE = 100
MOST_GROUPS = 200
MOST_ROWS = 20_000
# Fields of our own form, and what the pages of a list decide.
NOT_ARGUMENTS = frozenset({"csrfmiddlewaretoken", "format", "limit", "cursor"})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the answer. `cut` says that the answer ends before its last record."""

    answer: Mapping[str, Any]
    table: Table
    cut: bool


@dataclass(frozen=True, slots=True)
class Asked:
    membership: Membership
    tool: Tool[Any, Any]
    arguments: Mapping[str, Any]

    @property
    def is_metric(self) -> bool:
        return self.tool.name == METRICS

    def first(self) -> Page:
        return next(self.pages())

    def pages(self) -> Iterator[Page]:
        """Yield the answer page by page, up to MOST_ROWS records. Raises Refused."""
        cursor: str | None = None
        count = 0
        while True:
            found = answer(self.membership, self.tool, self._arguments(cursor))
            table, cursor = table_of(found), found.get("next_cursor")
            count += len(table.rows)
            ends = cursor is None or count >= MOST_ROWS
            missing = (
                found.get("groups_left_out")
                or found.get("coverage", {}).get("partial")
                or (found.get("partial") and cursor is None)
            )
            yield Page(found, table, cut=ends and bool(missing or cursor))
            if ends:
                return

    def columns(self, first: Page) -> list[str]:
        """Return the columns of a file: of a list all that its records can have, not only the first page."""
        if self.is_metric or self.tool.output is None:
            return list(first.table.columns)
        return columns_of(self.tool.output, first.answer)

    def _arguments(self, cursor: str | None) -> dict[str, Any]:
        if self.is_metric:
            return {"top": MOST_GROUPS, **self.arguments}
        page: dict[str, Any] = {"limit": PAGE_SIZE}
        return {**self.arguments, **page, **({} if cursor is None else {"cursor": cursor})}


def asked(membership: Membership, name: str, query: QueryDict) -> Asked:
    """Read the question. Raises Http404 without such a tool, PermissionDenied without the right."""
    tool = page_tool(name)
    if tool is None or not (name == METRICS or name.startswith("list_")):
        raise Http404
    if not may_read(tool, membership):
        raise PermissionDenied
    given = {
        field: values if _takes_several(tool, field) else values[-1]
        for field, values in query.lists()
        if field not in NOT_ARGUMENTS and values
    }
    return Asked(membership, tool, given)


def _takes_several(tool: Tool[Any, Any], field: str) -> bool:
    known = tool.input.model_fields.get(field)
    return known is not None and "list[" in str(known.annotation)
