"""What a write sent upstream, where it is recorded and refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from django.utils import timezone

from mcp_gateway.models import WriteRecord
from mcp_gateway.upstream.envelope import Answer
from mcp_gateway.upstream.in_process import InProcess

NOW = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d.*")
Sent = list[tuple[str, str, Any]]


def _without_now(value: Any) -> Any:
    """Remove the time from an answer, since two calls are made at different times."""
    if isinstance(value, dict):
        return {name: _without_now(each) for name, each in value.items()}
    if isinstance(value, str) and NOW.fullmatch(value):
        moment = dt.datetime.fromisoformat(value)
        if abs(timezone.now() - moment) < dt.timedelta(minutes=5):
            return "now"
    return value


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Return what a write sent upstream. It is refused there with a text that names nothing."""
    WriteRecord.objects.all().delete()  # so that writes of other tests do not count as repeats
    kept: Sent = []
    send = InProcess.send

    async def recorded(
        self: InProcess, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        if method == "GET":
            return await send(self, method, url, headers, body)
        kept.append((method, url, _without_now(orjson.loads(body or b"{}"))))
        return Answer(400, {}, b'{"success": false, "message": "400", "data": []}')

    monkeypatch.setattr(InProcess, "send", recorded)
    return kept
