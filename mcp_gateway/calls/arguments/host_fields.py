"""Arguments that hosts add to a call by themselves.

They mean nothing to a tool, so they are dropped unless the tool has an argument of that name. The audit row
lists the dropped names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

# Name of the argument → the host, and where and when this was seen.
HOST_FIELDS: Mapping[str, str] = {
    "wait_for_previous": "Gemini CLI 0.61, which adds it to the schema of each tool; tried 2026-11-28",
    "toolCallId": "n8n; n8n-io/n8n#21500, 2025-11-03; n8n-io/n8n#37308, 2026-08",
    "sessionId": "n8n; n8n-io/n8n#37308, 2026-08",
    "action": "n8n; n8n-io/n8n#37308, 2026-08",
    "chatInput": "n8n; n8n-io/n8n#37308, 2026-08",
    "tool": "n8n; n8n-io/n8n#17264, 2025-07-13; n8n-io/n8n#21500, 2025-11-03",
    "task_progress": "Cline; cline/cline#8256, 2025-12-22; cline/cline#10426, 2026-04-27",
}


def without_host_fields(
    arguments: Mapping[str, Any], known: Collection[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return the caller's own arguments, and the names of those that were dropped."""
    dropped = [name for name in arguments if name in HOST_FIELDS and name not in known]
    return {name: value for name, value in arguments.items() if name not in dropped}, dropped
