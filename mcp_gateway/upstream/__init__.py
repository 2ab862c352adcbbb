"""The client side of the maintenance REST contract, one module per resource."""

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.envelope import Envelope
from mcp_gateway.upstream.http import start, stop

__all__ = ["Envelope", "Upstream", "start", "stop"]
