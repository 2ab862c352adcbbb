"""The page behind an answer: what was asked, the figures with their method, and the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.current import acting_membership, sign_in_required
from mcp_gateway.calls.field_labels import label
from mcp_gateway.page_reads import Refused
from mcp_gateway.tools.metrics.reading import MOST_CALLS
from reports.asked import MOST_ROWS, Asked, asked
from reports.charts import chart_of
from reports.methods import method_of
from reports.notes import said, said_of_too_few
from reports.progress import new_name
from reports.refusals import reason
from reports.tables import Cell, table_of
from reports.titles import title_of
from reports.words import Words, words_of

MANY_CALLS = "needs_many_calls"


@require_safe
@sign_in_required
def report(request: HttpRequest, tool: str) -> HttpResponse:
    question = asked(acting_membership(request), tool, request.GET)
    context: dict[str, Any] = {
        "title": title_of(tool, question.arguments),
        "company": question.membership.company,
        "filters": list(_filters(question)),
        "query": request.GET.urlencode(),
        "tool": tool,
        "download_name": new_name(),
        "most_rows": MOST_ROWS,
    }
    try:
        context |= _shown(question)
        status = 200
    except Refused as refused:
        context["refused"] = reason(refused.code, refused.details)
        if refused.code == MANY_CALLS:
            context["agree"] = urlencode({**question.arguments, "allow_calls": MOST_CALLS}, doseq=True)
        status = 200 if refused.code == MANY_CALLS else 400
    answer = render(request, "reports/report.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _shown(question: Asked) -> dict[str, Any]:
    page = question.first()
    answer, table = page.answer, table_of(page.answer, brief=True)
    words = words_of(question.tool)
    columns = [column for column in table.columns if column != "url" and not column.endswith(".url")]
    names = [label(column) for column in columns]
    rows = [[_said(words, column, row.get(column)) for column in columns] for row in table.rows]
    return {
        "answer": answer,
        "method": method_of(answer),
        "notes": list(said(answer.get("notes") or ())),
        "period": _period(answer),
        "overall": list(_overall(answer, words)),
        "chart": chart_of(table, words) if question.is_metric else None,
        "columns": names,
        "rows": list(zip(_drawn(names, rows), (row.get("url") for row in table.rows), strict=True)),
        "pasted": _pasted([names, *rows]),
        "more": answer.get("has_more", False),
        "partial": bool(answer.get("partial") or answer.get("coverage", {}).get("partial")),
    }


def _drawn(names: list[str], rows: list[list[str]]) -> Iterator[SafeString]:
    """Draw the cells of each row; a template takes ten times as long for a page of them."""
    begins = [f'<td data-label="{escape(name)}"><bdi>' for name in names]
    for row in rows:
        cells = (f"{begin}{escape(cell)}</bdi></td>" for begin, cell in zip(begins, row, strict=True))
        yield mark_safe("".join(cells))  # noqa: S308 - escaped


def _filters(question: Asked) -> Iterator[tuple[str, str]]:
    words = words_of(question.tool)
    for name, value in question.arguments.items():
        if name != "allow_calls" and (name, value) != ("group_by", "none"):
            values = value if isinstance(value, list) else [value]
            yield label(name), ", ".join(_said(words, name, str(each)) for each in values)


def _period(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    period = answer.get("period")
    if not isinstance(period, Mapping) or not period.get("since") or not period.get("until"):
        return None
    return _written(period["since"]), _written(period["until"])


def _overall(answer: Mapping[str, Any], words: Words) -> Iterator[tuple[str, str]]:
    for name, value in answer.get("overall", {}).items():
        if not isinstance(value, Mapping | list):
            shown = words.get(("key", name), label(name))
            yield shown, said_of_too_few(value) if name == "too_few" else _written(value)


def _said(words: Words, column: str, cell: Cell) -> str:
    """Write a value; a constant of programs in the words of people."""
    word = words.get((column.rpartition(".")[2], cell)) if isinstance(cell, str) else None
    return _written(cell) if word is None else word


def _written(cell: Cell) -> str:
    """Write a value in the language and the zone of the page."""
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, int | float):
        return number_format(cell, use_l10n=True, force_grouping=True)
    moment = _moment(cell)
    return cell if moment is None else date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def _moment(text: str) -> dt.datetime | None:
    """Read a date with time and zone; anything else is a text."""
    try:
        moment = parse_datetime(text) if len(text) >= 20 and text[4] == "-" else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _pasted(lines: list[list[str]]) -> str:
    """Return the table with tabs, as spreadsheets and documents take it from the clipboard."""
    return "\n".join("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in line) for line in lines)
