"""How many tokens the list of tools costs an assistant before its first question."""

from __future__ import annotations

import subprocess

import orjson

from mcp_gateway.methods.tools_list import wire
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.clients.node import HERE, node, package

MOST_TOKENS = 11_000


def test_the_default_tools_cost_less_than_11000_tokens() -> None:
    """Counted with the tokenizer that ChatGPT's models have (o200k_base)."""
    package("gpt-tokenizer")
    tools = [tool for tool in CATALOGUE.tools.values() if tool.toolset == "default"]
    listed = orjson.dumps({"tools": [wire(tool) for tool in tools]})
    counted = subprocess.run(
        [node(), str(HERE / "tokens.mjs")], input=listed, capture_output=True, check=True, cwd=HERE
    )
    tokens = int(counted.stdout)
    assert 3000 < tokens < MOST_TOKENS, f"{tokens} tokens in {len(listed)} bytes"
