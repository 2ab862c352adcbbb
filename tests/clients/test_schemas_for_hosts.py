"""The schemas of all tools against each host's rules (schema_rules.py), and against AJV itself."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from mcp_gateway.calls.tool import Tool
from mcp_gateway.methods.tools_list import wire
from mcp_gateway.protocol.schemas import WIRE, enforced
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.clients import schema_rules as rules
from tests.clients.install import INSTALLED
from tests.clients.node import HERE, node, package
from tests.process.requirements import need

TOOLS = [pytest.param(tool, id=name) for name, tool in CATALOGUE.tools.items()]
SAID = {*WIRE, "items", "properties", "required"} - {"x-mcp-header"}
LIMITS = {"exclusiveMinimum", "minimum", "maximum", "minLength", "maxLength", "maxItems", "format", "pattern"}


def schemas(tool: Tool[Any, Any]) -> dict[str, dict[str, Any]]:
    described = wire(tool)
    return {side: described[side] for side in ("inputSchema", "outputSchema") if side in described}


@pytest.mark.parametrize("tool", TOOLS)
def test_one_subset_for_all_tools(tool: Tool[Any, Any]) -> None:
    for side, schema in schemas(tool).items():
        for place, node_ in rules.nodes(schema):
            assert node_.keys() <= SAID, (side, place)
            assert isinstance(node_["type"], str), (side, place)
            if node_["type"] == "object":
                assert node_["properties"], (side, place)
                assert set(node_.get("required", ())) <= node_["properties"].keys()
            if node_["type"] == "array":
                assert node_["items"]["type"], (side, place)
            if "enum" in node_:
                assert node_["type"] == "string"
                assert all(word and isinstance(word, str) for word in node_["enum"])
            if side == "inputSchema" and place != "$" and not place.endswith("[]"):
                assert node_["description"], place
            assert len(node_.get("description", "")) <= rules.LONGEST_DESCRIPTION
    assert len(tool.description) <= rules.LONGEST_DESCRIPTION
    assert re.fullmatch(r"[a-z][a-z0-9_]*", tool.name)
    assert len(rules.NAME_PREFIX + tool.name) <= rules.LONGEST_NAME


@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_left_out_is_enforced_and_said(tool: Tool[Any, Any]) -> None:
    """A host that drops limits, as Codex does, shows the model their description instead."""
    told = dict(rules.nodes(schemas(tool)["inputSchema"]))
    for place, node_ in rules.nodes(enforced(tool.input)):
        words = told[place].get("description", "")
        if node_.get("format") == "date":
            assert "YYYY-MM-DD" in words, place
        if "exclusiveMinimum" in node_:
            assert f"More than {node_['exclusiveMinimum']}" in words, place
        if node_.get("minLength", 1) > 1:
            assert f"{node_['minLength']} characters or more" in words, place
        if "pattern" in node_:
            assert "8 to 128" in words or "@" in words, place
        if node_.get("default") not in (None, False):
            assert f"Default {str(node_['default']).lower()}." in words, place
        if {"minimum", "maximum"} <= node_.keys() and node_["maximum"] <= 1000:
            assert f"{node_['minimum']} to {node_['maximum']}." in words, place


def test_limits_are_there_to_be_said() -> None:
    """Ensures that the previous test has something to check."""
    found = {
        word for tool in CATALOGUE.tools.values() for _, n in rules.nodes(enforced(tool.input)) for word in n
    }
    assert found >= LIMITS | {"default", "additionalProperties"}


@pytest.mark.parametrize("tool", TOOLS)
def test_openai_strict_gemini_and_copilot_studio_take_it(tool: Tool[Any, Any]) -> None:
    for schema in schemas(tool).values():
        assert rules.openai_strict(rules.made_strict(schema)) == []
        assert rules.gemini(schema) == []
        assert rules.copilot_studio(schema) == []


@pytest.mark.parametrize(
    ("rule", "schema", "told"),
    [
        (
            "openai_strict",
            {"type": "object", "properties": {"a": {"type": "string", "default": ""}}},
            "default",
        ),
        ("openai_strict", {"type": "object", "properties": {"a": {"type": "string"}}}, "not every field"),
        ("gemini", {"type": "object", "properties": {}}, "non-empty"),
        (
            "gemini",
            {"type": "object", "properties": {"a": {"type": "string", "format": "date"}}},
            "format date",
        ),
        ("gemini", {"type": "object", "properties": {"a": {"type": "array"}}}, "items"),
        ("gemini", {"type": "object", "properties": {"a": {"anyOf": []}}}, "no single type"),
        (
            "gemini",
            {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
            "additionalProperties",
        ),
        ("copilot_studio", {"type": "number", "exclusiveMinimum": 0}, "exclusiveMinimum"),
        ("copilot_studio", {"type": ["string", "null"]}, "no single type"),
    ],
)
def test_the_rules_find_what_was_reported(rule: str, schema: dict[str, Any], told: str) -> None:
    assert any(told in problem for problem in getattr(rules, rule)(schema))


def compiled(given: dict[str, Any]) -> list[str]:
    package("ajv")
    ran = subprocess.run(
        [node(), str(HERE / "ajv.mjs")],
        input=json.dumps(given).encode(),
        capture_output=True,
        check=True,
        cwd=HERE,
    )
    problems: list[str] = json.loads(ran.stdout)
    return problems


def test_ajv_compiles_all_in_both_drafts() -> None:
    """Strict and without ajv-formats, as the TypeScript SDK, n8n and LibreChat compile."""
    every = {
        f"{name} {side}": schema
        for name, tool in CATALOGUE.tools.items()
        for side, schema in schemas(tool).items()
    }
    assert len(every) == 2 * len(CATALOGUE.tools)
    assert compiled(every) == []
    bad = compiled({"dated": {"type": "string", "format": "date"}})
    assert len(bad) == 2
    assert all("unknown format" in problem for problem in bad)


@pytest.mark.parametrize(
    ("client", "stumbles"),
    [("google-genai", "additionalProperties"), ("openai-agents", "")],
)
def test_the_hosts_own_code_converts_them(client: str, stumbles: str) -> None:
    """With the packages that `make clients` installs; google-genai failed on every closed schema."""
    python = INSTALLED / client / "bin" / "python"
    need(f"{client} (python -m tests.clients.install {client})", str(python) if python.exists() else None)

    def converted(tools: list[dict[str, Any]]) -> list[str]:
        ran = subprocess.run(
            [str(python), str(HERE / "convert_schemas.py"), client],
            input=json.dumps(tools).encode(),
            capture_output=True,
            check=True,
            cwd=INSTALLED,
        )
        problems: list[str] = json.loads(ran.stdout)
        return problems

    tools = [wire(tool) for tool in CATALOGUE.tools.values()]
    assert converted(tools) == []
    if stumbles:
        closed = [{**tool, "inputSchema": {**tool["inputSchema"], stumbles: False}} for tool in tools]
        assert len(converted(closed)) == len(tools)
