"""A TCP proxy that injects faults between the product and what it depends on."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Direction = Literal["answers", "requests"]
CHUNK = 64 * 1024
DRIPS_PER_SECOND = 20
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Fault:
    """What happens to the bytes of each connection. The numbers count from the moment it is set.

    latency: seconds before each chunk of answers. cut_after: bytes after which the connection is closed, or
    reset if `reset`. black_hole: both directions are swallowed. drip: bytes of answers per second. refuse: no
    connection is accepted, and the open ones are reset.
    """

    latency: float = 0
    cut_after: int | None = None
    reset: bool = False
    direction: Direction = "answers"
    black_hole: bool = False
    drip: int = 0
    refuse: bool = False


NONE = Fault()


@dataclass(eq=False)
class _Connection:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    fault: Fault = NONE
    passed: dict[Direction, int] = field(default_factory=dict)
    swallowed: bool = False

    def reset(self) -> None:
        for writer in (self.client, self.server):
            opened = writer.get_extra_info("socket")
            if opened is not None:
                with suppress(OSError):
                    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def close(self) -> None:
        self.client.close()
        self.server.close()


class Proxy:
    """Listens on `port` and connects to `target`. It runs in a thread of its own."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.accepted = 0
        self._fault = NONE
        self._open: set[_Connection] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None
        self.port = 0
        self._run(self._listen())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, reuse_address=True, limit=CHUNK
        )
        self.port = self._server.sockets[0].getsockname()[1]

    @contextmanager
    def fault(self, **what: Any) -> Iterator[None]:
        """Inject a fault until the block ends."""
        self.set(**what)
        try:
            yield
        finally:
            self.set()

    def set(self, **what: Any) -> None:
        """Inject a fault from now on; without arguments, none."""
        self._run(self._set(Fault(**what)))

    def cut_all(self) -> int:
        """Reset every open connection once. Return how many there were."""
        return self._run(self._reset_all())

    def close(self) -> None:
        self._run(self._set(Fault(refuse=True)))
        self._run(self._all_ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _set(self, fault: Fault) -> None:
        self._fault = fault
        if fault.refuse and self._server is not None:
            self._server.close()
            self._server = None
            await self._reset_all()
        elif not fault.refuse and self._server is None:
            await self._listen()
        if not fault.black_hole:
            for each in [each for each in self._open if each.swallowed]:
                each.reset()  # bytes are missing: as after a network that comes back, it cannot go on

    async def _reset_all(self) -> int:
        number = len(self._open)
        for each in list(self._open):
            each.reset()
        await asyncio.sleep(0)
        return number

    async def _all_ended(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self.target, limit=CHUNK)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, forth)
        self._open.add(connection)
        try:
            await asyncio.gather(
                self._pump(connection, reader, forth, "requests"),
                self._pump(connection, back, writer, "answers"),
            )
        except OSError:
            connection.reset()
        finally:
            connection.close()
            self._open.discard(connection)

    async def _pump(
        self,
        connection: _Connection,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        direction: Direction,
    ) -> None:
        while data := await source.read(CHUNK):
            fault = self._fault
            if connection.fault is not fault:
                connection.fault, connection.passed = fault, {}
            if fault.black_hole:
                connection.swallowed = True
                continue
            if direction == "answers" and fault.latency:
                await asyncio.sleep(fault.latency)
            if fault.cut_after is not None and direction == fault.direction:
                before = connection.passed.get(direction, 0)
                connection.passed[direction] = before + len(data)
                if before + len(data) > fault.cut_after:
                    sink.write(data[: max(0, fault.cut_after - before)])
                    await sink.drain()
                    if fault.reset:
                        connection.reset()
                    else:
                        connection.close()
                    return
            if direction == "answers" and fault.drip:
                await self._drip(sink, data, fault)
            else:
                sink.write(data)
                await sink.drain()
        if sink.can_write_eof():
            with suppress(OSError):
                sink.write_eof()

    async def _drip(self, sink: asyncio.StreamWriter, data: bytes, fault: Fault) -> None:
        size = max(1, fault.drip // DRIPS_PER_SECOND)
        for start in range(0, len(data), size):
            sink.write(data[start : start + size])
            await sink.drain()
            if self._fault is fault:
                await asyncio.sleep(1 / DRIPS_PER_SECOND)


@contextmanager
def proxied(target: int) -> Iterator[Proxy]:
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
