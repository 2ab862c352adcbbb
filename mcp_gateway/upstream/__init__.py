"""The client side of the maintenance REST contract, one module per resource."""

from mcp_gateway.upstream.client import Upstream, UpstreamRuntime

__all__ = ["Upstream", "UpstreamRuntime"]
