"""The extension MCP Apps: documents that a host shows beside the answers of tools (revision 2026-01-26)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EXTENSION = "io.modelcontextprotocol/ui"
SCHEME = "ui://"
MIME_TYPE = "text/html;profile=mcp-app"
# What a client declares that shows such documents, and what is kept of it.
DECLARED: Mapping[str, Any] = {EXTENSION: {"mimeTypes": [MIME_TYPE]}}


def shows_cards(capabilities: Mapping[str, Any]) -> bool:
    """Tell if the client declares that it shows documents of our type.

    It does so in `initialize`, and since 2026-07-28 in each request.
    """
    extensions = capabilities.get("extensions")
    declared = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    types = declared.get("mimeTypes") if isinstance(declared, dict) else None
    return isinstance(types, list) and MIME_TYPE in types
