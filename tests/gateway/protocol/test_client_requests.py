"""Requests to the client as each older revision writes them, compared with the specification's examples."""

from __future__ import annotations

from typing import Any

import pytest
from mcp_types._v2025_11_25 import ElicitRequestURLParams

from mcp_gateway.calls.asking import Asking
from mcp_gateway.calls.questions import Question
from mcp_gateway.protocol.client_requests import adapted

ABLE = Asking.of({"elicitation": {"form": {}, "url": {}}}, {})


def asked(version: str, **more: Any) -> dict[str, Any]:
    question = ABLE.ask(Question(**more), "en")
    assert question is not None
    (request,) = question.requests.values()
    return dict(adapted(request, version)["params"])


def test_2025_06_18_writes_choices_as_an_enum_with_names() -> None:
    """2025-06-18, Elicitation, "Enum Schema": `type`, `title`, `enum`, `enumNames`; there are no modes."""
    params = asked("2025-06-18", about="asset", facts={"words": "pump"}, choices={"P-1": "P-1 — Pump"})
    assert params == {
        "message": "Which asset is “pump”?",
        "requestedSchema": {
            "type": "object",
            "properties": {
                "choice": {
                    "type": "string",
                    "title": "Choose one",
                    "enum": ["P-1", "none_of_these"],
                    "enumNames": ["P-1 — Pump", "None of these"],
                }
            },
            "required": ["choice"],
        },
    }


def test_2025_11_25_keeps_titles_beside_their_values() -> None:
    """2025-11-25, Elicitation, "Enum Schema": `oneOf` with `const` and `title`."""
    params = asked("2025-11-25", about="asset", facts={"words": "pump"}, choices={"P-1": "P-1 — Pump"})
    assert params["mode"] == "form"
    assert params["requestedSchema"]["properties"]["choice"]["oneOf"][0] == {
        "const": "P-1",
        "title": "P-1 — Pump",
    }


def test_2025_11_25_names_each_address_with_an_id() -> None:
    """2025-11-25, Elicitation, "URL Mode": `elicitationId`, unique in the server."""
    params = [asked("2025-11-25", about="connection", url="https://x.example/link") for _ in range(2)]
    for each in params:
        ElicitRequestURLParams.model_validate(each)
    assert params[0]["elicitationId"] != params[1]["elicitationId"]


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25"])
def test_other_requests_are_the_same_in_each(version: str) -> None:
    request = {"method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 1}}
    assert adapted(request, version) == request
