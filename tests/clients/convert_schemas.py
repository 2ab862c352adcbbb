"""Converts the tools on standard input as a client does; runs in that client's own environment.

    python convert_schemas.py google-genai|openai-agents < tools.json

Writes the problems as a JSON list of texts.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any


def google_genai() -> Callable[[dict[str, Any]], object]:
    convert = importlib.import_module("google.genai._mcp_utils").mcp_to_gemini_tool
    tool_type = importlib.import_module("mcp.types").Tool

    def one(tool: dict[str, Any]) -> object:
        declared = convert(tool_type.model_validate(tool)).function_declarations[0]
        schema = declared.parameters or declared.parameters_json_schema
        assert schema, "no parameters"
        return schema

    return one


def openai_agents() -> Callable[[dict[str, Any]], object]:
    strict: Callable[[Any], object] = importlib.import_module(
        "agents.strict_schema"
    ).ensure_strict_json_schema
    return lambda tool: strict(tool["inputSchema"])


def main() -> None:
    convert = {"google-genai": google_genai, "openai-agents": openai_agents}[sys.argv[1]]()
    problems = []
    for tool in json.load(sys.stdin):
        try:
            convert(tool)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            problems.append(f"{tool['name']}: {type(error).__name__}: {error}")
    print(json.dumps(problems))


if __name__ == "__main__":
    main()
