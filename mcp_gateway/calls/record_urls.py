"""URLs of our own record pages, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

RecordKind = Literal[
    "work-orders", "assets", "work-requests", "meters", "people", "warehouses", "stock-items", "third-parties"
]


def record_url(kind: RecordKind, identifier: str | int) -> str:
    return f"{records_url(kind)}{quote(str(identifier), safe='')}"


def records_url(kind: RecordKind) -> str:
    """Return the common prefix of the URLs of a kind of record."""
    return f"{settings.PUBLIC_URL}{settings.RECORDS_PATH}{kind}/"


def report_url(tool: str, arguments: Mapping[str, Any]) -> str:
    """Return the page that computes the answer of a tool again, with the rights of whoever opens it.

    It is no credential: it holds the arguments alone, those that have a value.
    """
    given = {name: _written(value) for name, value in arguments.items() if value not in (None, [], {})}
    query = urlencode(given, doseq=True, safe=":/,")
    return f"{settings.PUBLIC_URL}/reports/{tool}/{'?' if query else ''}{query}"


def _written(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def own_host() -> str:
    """Return our host name, with the port unless it is the default one."""
    return urlsplit(settings.PUBLIC_URL).netloc
