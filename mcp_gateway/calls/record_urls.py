"""URLs of our own record pages, for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

_UTC = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::00|(:\d\d(?:\.\d+)?))?\+00:00$")
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
    """Write times in UTC short, without zero seconds: `2026-11-30T15:30Z`."""
    if isinstance(value, bool):
        return str(value).lower()
    return _UTC.sub(r"\1\2Z", value) if isinstance(value, str) else value


def own_host() -> str:
    """Return our host name, with the port unless it is the default one."""
    return urlsplit(settings.PUBLIC_URL).netloc
