"""All state that outlives a request: shared by the calls of a process, or of one of its event loops."""

from __future__ import annotations

import asyncio
from typing import cast
from weakref import WeakKeyDictionary

from django.apps import apps
from django.conf import settings

from mcp_gateway.apps import McpGatewayConfig
from mcp_gateway.calls.audit import AuditLog
from mcp_gateway.calls.awaited_answers import AwaitedAnswers
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.dispatch import Dispatcher
from mcp_gateway.calls.tasks import CallTasks
from mcp_gateway.http.authentication import Authentication
from mcp_gateway.http.handshake import Handshake
from mcp_gateway.upstream import Upstream, UpstreamRuntime
from mcp_gateway.upstream.credentials import KeptCredentials
from mcp_gateway.upstream.in_process import InProcess


class Runtime:
    """The shared state of one process. Connections belong to an event loop, so they are in `upstream`."""

    def __init__(self) -> None:
        self.audit = AuditLog()
        self.awaited = AwaitedAnswers()
        self.tasks = CallTasks(self.awaited)
        self.authentication = Authentication()
        self.handshake = Handshake()
        self.credentials = KeptCredentials()
        self.dispatcher = Dispatcher(self.audit, self.upstream_of)
        # The event loop of the server; None before it starts, and under WSGI.
        self.serving: asyncio.AbstractEventLoop | None = None
        self._upstreams: WeakKeyDictionary[asyncio.AbstractEventLoop, UpstreamRuntime] = WeakKeyDictionary()

    @property
    def upstream(self) -> UpstreamRuntime:
        """Return the shared upstream state of the running event loop."""
        loop = asyncio.get_running_loop()
        found = self._upstreams.get(loop)
        if found is None:
            found = self._upstreams[loop] = UpstreamRuntime(
                self.credentials, lambda: InProcess(threads=loop is self.serving)
            )
        return found

    def upstream_of(self, caller: Caller, seconds: float | None = None) -> Upstream:
        """Return the upstream for one call of this caller, in the running event loop.

        Its requests may take `seconds` together, if that is not the usual deadline.
        """
        return Upstream(caller, self.upstream, seconds or settings.UPSTREAM_DEADLINE_SECONDS)

    async def start(self) -> None:
        """Prepare what the first call would wait for. Call it when the process starts."""
        self.serving = asyncio.get_running_loop()
        await asyncio.to_thread(self.audit.start)
        await self.awaited.start()
        self.upstream.engines.of(None)

    async def close_loop(self) -> None:
        """End the tasks of the running event loop and close its connections; the next call opens new ones."""
        await self.tasks.close_loop()
        if self.serving is asyncio.get_running_loop():
            self.serving = None
        found = self._upstreams.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found.close()

    def stop(self) -> None:
        """Write what is queued and end the threads. Nothing may be called afterwards."""
        self.audit.stop()
        self.tasks.stop()
        self.awaited.stop()
        self.authentication.stop()
        self.handshake.stop()
        self.credentials.stop()


def runtime() -> Runtime:
    """Return the runtime of this process, which the app's configuration holds."""
    return cast(McpGatewayConfig, apps.get_app_config("mcp_gateway")).runtime
