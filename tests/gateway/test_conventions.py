"""How tool modules are named, and who may import them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import mcp_gateway.tools
from mcp_gateway.calls.tool import Tool
from mcp_gateway.tools.catalogue import CATALOGUE

TOOLS = tuple(CATALOGUE.tools.values())
ROOT = Path(mcp_gateway.tools.__path__[0]).parent.parent


def camel(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_function_and_models_bear_the_name_of_the_tool(tool: Tool[Any, Any]) -> None:
    assert tool.run.__name__ == tool.name
    assert tool.output is not None
    assert tool.input.__name__ == f"{camel(tool.name)}Input"
    alone = sum(other.output is tool.output for other in TOOLS) == 1
    if alone and tool.output.__module__ == tool.run.__module__:
        assert tool.output.__name__ == f"{camel(tool.name)}Output"


def test_the_upstream_client_knows_no_page_of_ours() -> None:
    """Links are added where answers are made (mcp_gateway/calls/record_urls.py)."""
    found = {
        (path.name, match[0])
        for path in (ROOT / "mcp_gateway" / "upstream").rglob("*.py")
        for match in re.finditer(
            r"settings\.(PUBLIC_URL|\w+_PATH)|record_url|/(records|profile)/", path.read_text()
        )
    }
    assert found == {("in_process.py", "settings.PUBLIC_URL")}  # the Host header of the embedded API


def test_every_tool_module_is_protected_by_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (protected,) = (
        contract["protected_modules"] for contract in contracts if contract["type"] == "protected"
    )
    assert sorted(protected) == sorted({tool.run.__module__ for tool in TOOLS})
