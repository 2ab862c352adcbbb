"""URLs of our own record pages, for people."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote, urlsplit

from django.conf import settings

RecordKind = Literal[
    "work-orders", "assets", "work-requests", "meters", "people", "warehouses", "stock-items", "third-parties"
]


def record_url(kind: RecordKind, identifier: str | int) -> str:
    return f"{records_url(kind)}{quote(str(identifier), safe='')}"


def records_url(kind: RecordKind) -> str:
    """Return the common prefix of the URLs of a kind of record."""
    return f"{settings.PUBLIC_URL}{settings.RECORDS_PATH}{kind}/"


def own_host() -> str:
    """Return our host name, with the port unless it is the default one."""
    return urlsplit(settings.PUBLIC_URL).netloc
