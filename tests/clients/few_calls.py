"""The product with a lower limit: no question about the demo plant needs as many calls as are asked about."""

from __future__ import annotations

from fracttal_mcp.asgi import application
from mcp_gateway.tools.metrics import metrics

vars(metrics)["ASK_ABOVE"] = 10

__all__ = ["application"]
