"""What cards say, in each language. A card chooses by the language of its host."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mcp_gateway.calls.caller import name_of_tool
from mcp_gateway.calls.field_labels import LABELS, METRICS
from mcp_gateway.calls.labels import WORDS
from mcp_gateway.calls.tool import Tool
from mcp_gateway.protocol.schemas import enforced, published

SENTENCES: Mapping[str, str | Promise] = {
    "working": pgettext_lazy("card", "One moment …"),
    "cancelled": pgettext_lazy("card", "This call was cancelled."),
    "failed": pgettext_lazy("card", "That did not work. Answer in the conversation instead."),
    "in_chat": pgettext_lazy("card", "This app cannot send the answer: write it in the conversation."),
    "several": pgettext_lazy("card", "Several records may be meant. Which one?"),
    "not_permitted": pgettext_lazy("card", "Your permissions in Fracttal One do not allow this."),
    "refused": pgettext_lazy("card", "There is no answer. The assistant knows why."),
    "none_found": pgettext_lazy("card", "Nothing was found."),
    "choose": _("Choose one"),
    "no": _("No"),
    "yes": _("Yes"),
    "rest": pgettext_lazy("card", "Show more"),
    "start": pgettext_lazy("card", "Back to the beginning"),
    "of": pgettext_lazy("card", "{from} to {to} of {all}"),
    "page": pgettext_lazy("card", "Open its page"),
    "report": pgettext_lazy("card", "Open the report"),
    "records": pgettext_lazy("card", "Based on {count} records."),
    "partial": pgettext_lazy("card", "Not all records were examined."),
    "left_out": pgettext_lazy("card", "{count} more are in the report."),
    "earlier": pgettext_lazy("card", "before: {value}"),
    "better": pgettext_lazy("card", "better, before: {value}"),
    "worse": pgettext_lazy("card", "worse, before: {value}"),
    "timeline": pgettext_lazy("card", "Timeline"),
    "history": pgettext_lazy("card", "Show its history"),
    "no_events": pgettext_lazy("card", "It has no dates yet."),
    "created": pgettext_lazy("card", "Created"),
    "scheduled": pgettext_lazy("card", "Scheduled"),
    "started": pgettext_lazy("card", "Started"),
    "finished": pgettext_lazy("card", "Finished"),
    "failure": pgettext_lazy("card", "Failure"),
    "in_review": pgettext_lazy("card", "In review"),
    "closed": pgettext_lazy("card", "Closed"),
    "stopped": pgettext_lazy("card", "Out of service"),
    "back": pgettext_lazy("card", "Back in service"),
    "moved": pgettext_lazy("card", "Moved"),
    "field": pgettext_lazy("card", "Field"),
    "before": pgettext_lazy("card", "Before"),
    "after": pgettext_lazy("card", "After"),
    "waits": pgettext_lazy("card", "Nothing has been changed yet."),
    "unchanged": pgettext_lazy("card", "Nothing was changed."),
    "saved": pgettext_lazy("card", "This was saved."),
    "unknown": pgettext_lazy("card", "Whether this was saved is not known. Look at the record first."),
    "repeated": pgettext_lazy("card", "This had been done before and was not done again."),
}

# Keys of the rows of `ageing`, which are no codes.
STATES: Mapping[str, str | Promise] = {
    "review": WORDS["review"],
    "waiting_for_parts": pgettext_lazy("card", "Waiting for parts"),
    "third_party": LABELS["third_party"],
    "in_process": WORDS["in_process"],
}
# The totals of metrics, which no schema names.
TOTALS = frozenset({
    "below_minimum", "below_suggested", "cancelled_tasks", "completed_tasks", "due", "idle",
    "in_process_tasks", "items", "known_cost", "late_in_process_tasks", "meters", "never_read",
    "open_purchase_orders", "people", "planned_hours_share", "planned_share", "planned_tasks",
    "repeated", "review_tasks", "stale", "to_buy", "unknown", "without_price",
})  # fmt: skip


def texts(tools: Collection[Tool[Any, Any]]) -> dict[str, dict[str, Any]]:
    """Return by language: our sentences, and the names of these tools, their fields and their constants."""
    schemas = [enforced(tool.input) for tool in tools]
    schemas += [published(tool.output) for tool in tools if tool.output is not None]
    constants = {pair for schema in schemas for pair in _constants(schema)}
    metrics = {value for _field, value in constants} & METRICS.keys()
    fields = {name for schema in schemas for name in _fields(schema)} | (TOTALS if metrics else frozenset())
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = {
                "say": _shown(SENTENCES),
                "fields": {name: str(LABELS[name]) for name in sorted(fields & LABELS.keys())},
                "words": _words(constants) | ({"key": _shown(STATES)} if metrics else {}),
                "metrics": {name: str(METRICS[name]) for name in sorted(metrics)},
                "tools": {tool.name: str(name_of_tool(tool.name)) for tool in tools},
            }
    return found


def _fields(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from _fields(part)
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield from schema["properties"]
        for part in schema.values():
            yield from _fields(part)


def _shown(texts: Mapping[str, str | Promise]) -> dict[str, str]:
    return {key: str(text) for key, text in texts.items()}


def _words(constants: Collection[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """Return the names of constants by their field: elsewhere the same word may be a text of people."""
    found: dict[str, dict[str, str]] = {}
    for field, value in sorted(constants):
        if value in WORDS:
            found.setdefault(field, {})[value] = str(WORDS[value])
    return found


def _constants(schema: Any) -> Iterator[tuple[str, str]]:
    """Yield each field with each of its constants, at any depth."""
    if isinstance(schema, list):
        for part in schema:
            yield from _constants(part)
    if isinstance(schema, dict):
        for name, field in schema.get("properties", {}).items():
            values = field.get("enum") or field.get("items", {}).get("enum", ())
            yield from ((name, value) for value in values if isinstance(value, str))
        for part in schema.values():
            yield from _constants(part)
