"""The words for what a record or a question holds as a constant of programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from pydantic import BaseModel

from mcp_gateway.calls.field_labels import LABELS, METRICS
from mcp_gateway.calls.labels import labels
from mcp_gateway.calls.tool import Tool
from mcp_gateway.cards.texts import STATES

Words = Mapping[tuple[str, str], str]


def words_of(tool: Tool[Any, Any]) -> Words:
    """Return the words in the language of the page, by field and constant."""
    model: type[BaseModel] | None = tool.output
    of_records = () if model is None else labels(model, get_language() or "en")
    names: list[tuple[str, Mapping[str, str | Promise]]] = [("metric", METRICS), ("group_by", LABELS)]
    if tool.name == "get_maintenance_metrics":
        names.append(("key", STATES))
    return {(field, constant): word for _member, field, constant, word in of_records} | {
        (field, name): str(word) for field, known in names for name, word in known.items()
    }
