"""The product with a lower limit of calls: questions about the demo plant would never reach the real one."""

from __future__ import annotations

from fracttal_mcp.asgi import application
from mcp_gateway.tools.metrics import metrics

vars(metrics)["ASK_ABOVE"] = 10

__all__ = ["application"]
