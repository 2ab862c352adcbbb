"""The URLs of record pages in answers."""

from __future__ import annotations

from typing import get_args
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from pytest_django import Settings

from mcp_gateway.calls.record_urls import RecordKind, record_url


def test_the_code_is_quoted_whole(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://mcp.example"
    assert record_url("work-orders", "OT/1 ?#ñ") == (
        "https://mcp.example/records/work-orders/OT%2F1%20%3F%23%C3%B1"
    )


@pytest.mark.parametrize("kind", get_args(RecordKind))
def test_every_kind_has_a_page(kind: RecordKind) -> None:
    page = resolve(urlsplit(record_url(kind, 7)).path)
    assert page.url_name is not None
    assert page.url_name.startswith("record-")
    assert [str(value) for value in page.kwargs.values()] == ["7"]
