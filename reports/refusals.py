"""Why a report cannot be shown, for people. What models read is the message of the error, in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from mcp_gateway.calls.field_labels import label

OTHERWISE = pgettext_lazy("refusal", "The report cannot be shown. Ask the assistant again.")
BY_CODE: Mapping[str, Promise] = {
    "needs_many_calls": pgettext_lazy(
        "refusal",
        "This report needs much data: about %(calls)s calls to Fracttal One, of about 200 a minute for the "
        "whole company. Narrow it by period, asset or location.",
    ),
    "invalid_arguments": pgettext_lazy(
        "refusal", "The address of this report asks for something that is not possible. See: %(fields)s."
    ),
    "not_found": pgettext_lazy(
        "refusal", "What this report is about does not exist any more, or your permissions do not show it."
    ),
    "ambiguous": pgettext_lazy(
        "refusal", "Several records may be meant. Ask the assistant again with the code of one."
    ),
    "not_permitted": pgettext_lazy("refusal", "Your permissions do not allow this report."),
    "rate_limited": pgettext_lazy("refusal", "There are too many requests now. Try again in a minute."),
    "upstream_unavailable": pgettext_lazy("refusal", "Fracttal One cannot be reached now. Try again later."),
    "upstream_timeout": pgettext_lazy("refusal", "That took too long. Narrow it, or try again later."),
    "upstream_rejected": pgettext_lazy("refusal", "Fracttal One refused to give the data of this report."),
    "not_connected": pgettext_lazy(
        "refusal", "Your account at Fracttal One is not connected. Connect it in your profile."
    ),
}


def reason(code: str, details: Mapping[str, Any]) -> str:
    """Return why the report is refused, in the language of the page."""
    fields = [str(field["field"]) for field in details.get("fields", ())]
    text = OTHERWISE if code == "invalid_arguments" and not fields else BY_CODE.get(code, OTHERWISE)
    named = ", ".join(label(field) for field in fields)
    return str(text) % {"calls": details.get("calls", ""), "fields": named}
