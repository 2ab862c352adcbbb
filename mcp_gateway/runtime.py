"""All state that outlives a request: shared by the calls of a process, or of one of its event loops."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import cast
from weakref import WeakKeyDictionary

from django.apps import apps
from django.core.handlers.asgi import ASGIHandler

from mcp_gateway.apps import McpGatewayConfig
from mcp_gateway.calls.audit import AuditLog
from mcp_gateway.calls.awaited_answers import AwaitedAnswers
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.dispatch import Dispatcher
from mcp_gateway.http.authentication import Authentication
from mcp_gateway.upstream import Upstream, UpstreamRuntime
from mcp_gateway.upstream.credentials import KeptCredentials


class Runtime:
    """The shared state of one process. Connections belong to an event loop, so they are in `upstream`."""

    def __init__(self) -> None:
        self.audit = AuditLog()
        self.awaited = AwaitedAnswers()
        self.authentication = Authentication()
        self.credentials = KeptCredentials()
        self.dispatcher = Dispatcher(self.audit, self.upstream_of)
        self._upstreams: WeakKeyDictionary[asyncio.AbstractEventLoop, UpstreamRuntime] = WeakKeyDictionary()

    @cached_property
    def embedded_api(self) -> ASGIHandler:
        """Return Django's ASGI application, which is called without a socket."""
        return ASGIHandler()

    @property
    def upstream(self) -> UpstreamRuntime:
        """Return the shared upstream state of the running event loop."""
        loop = asyncio.get_running_loop()
        found = self._upstreams.get(loop)
        if found is None:
            found = self._upstreams[loop] = UpstreamRuntime(self.credentials, lambda: self.embedded_api)
        return found

    def upstream_of(self, caller: Caller) -> Upstream:
        """Return the upstream for one call of this caller, in the running event loop."""
        return Upstream(caller, self.upstream)

    async def start(self) -> None:
        """Prepare what the first call would wait for. Call it when the process starts."""
        await asyncio.to_thread(self.audit.start)
        await self.awaited.start()
        self.upstream.engines.of(None)

    async def close_loop(self) -> None:
        """Close the connections of the running event loop. The next call opens new ones."""
        found = self._upstreams.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found.close()

    def stop(self) -> None:
        """Write what is queued and end the threads. Nothing may be called afterwards."""
        self.audit.stop()
        self.awaited.stop()
        self.authentication.stop()
        self.credentials.stop()


def runtime() -> Runtime:
    """Return the runtime of this process, which the app's configuration holds."""
    return cast(McpGatewayConfig, apps.get_app_config("mcp_gateway")).runtime
