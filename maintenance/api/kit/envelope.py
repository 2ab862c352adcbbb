"""The envelope around every answer, and the format of its values."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response


def answer(data: list[dict[str, Any]] | dict[str, Any], total: int = 1) -> Response:
    return Response({"success": True, "message": "200", "data": data, "total": total})


def utc(moment: datetime.datetime) -> str:
    """Formats a datetime in UTC, always with microseconds: 2026-09-17T14:00:34.404671+00:00."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _written(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return utc(value)
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no form in the contract")


class EnvelopeRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return orjson.dumps(data, default=_written, option=orjson.OPT_PASSTHROUGH_DATETIME)
