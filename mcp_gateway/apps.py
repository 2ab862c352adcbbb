from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from mcp_gateway.http.endpoint import Endpoint
    from mcp_gateway.runtime import Runtime


class McpGatewayConfig(AppConfig):
    """Holds what lives as long as the process. The imports must wait until the models are loaded."""

    name = "mcp_gateway"
    verbose_name = "MCP gateway"

    @cached_property
    def runtime(self) -> Runtime:
        from mcp_gateway.runtime import Runtime

        return Runtime()

    @cached_property
    def endpoint(self) -> Endpoint:
        from mcp_gateway.server import endpoint_over

        return endpoint_over(self.runtime)
