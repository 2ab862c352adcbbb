"""The fault proxy itself, between a plain socket client and a server that answers with what it received."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.blackbox.proxy import Proxy, proxied


@pytest.fixture
def echo() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(opened: socket.socket) -> None:
        with opened:
            try:
                while data := opened.recv(65536):
                    opened.sendall(data)
            except OSError:
                return

    def serve() -> None:
        while True:
            try:
                opened, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(opened,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with proxied(echo) as made:
        yield made


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def received(opened: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := opened.recv(65536)):
        data += part
    return data


def test_without_a_fault_bytes_pass(proxy: Proxy) -> None:
    with connect(proxy) as client:
        client.sendall(b"x" * 300_000)
        assert received(client, 300_000) == b"x" * 300_000


def test_latency(proxy: Proxy) -> None:
    with connect(proxy) as client, proxy.fault(latency=0.3):
        begun = time.monotonic()
        client.sendall(b"abc")
        assert received(client, 3) == b"abc"
        assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize("direction", ["answers", "requests"])
def test_cut_after_bytes(proxy: Proxy, direction: str) -> None:
    with connect(proxy) as client, proxy.fault(cut_after=5, direction=direction):
        client.sendall(b"0123456789")
        assert received(client, 10) == (b"01234" if direction == "answers" else b"")


def test_reset_after_bytes(proxy: Proxy) -> None:
    with connect(proxy) as client, proxy.fault(cut_after=0, reset=True):
        client.sendall(b"0123456789")
        with pytest.raises(ConnectionResetError):
            received(client, 10)


def test_black_hole_swallows_and_ends_in_a_reset(proxy: Proxy) -> None:
    with connect(proxy) as client:
        with proxy.fault(black_hole=True):
            client.sendall(b"abc")
            client.settimeout(0.3)
            with pytest.raises(TimeoutError):
                client.recv(10)
        client.settimeout(5)
        with pytest.raises(ConnectionResetError):
            received(client, 3)


def test_drip(proxy: Proxy) -> None:
    with connect(proxy) as client, proxy.fault(drip=100):
        begun = time.monotonic()
        client.sendall(b"x" * 50)
        assert received(client, 50) == b"x" * 50
        assert time.monotonic() - begun >= 0.4


def test_refused_and_open_ones_are_cut_and_back_on_the_same_port(proxy: Proxy) -> None:
    client, port = connect(proxy), proxy.port
    client.sendall(b"a")
    assert received(client, 1) == b"a"
    with client, proxy.fault(refuse=True):
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        with pytest.raises(ConnectionRefusedError):
            connect(proxy)
    assert proxy.port == port
    with connect(proxy) as again:
        again.sendall(b"a")
        assert received(again, 1) == b"a"


def test_all_open_connections_are_cut_once(proxy: Proxy) -> None:
    with connect(proxy) as one, connect(proxy) as two:
        for client in (one, two):
            client.sendall(b"a")
            assert received(client, 1) == b"a"
        assert proxy.cut_all() == 2
        for client in (one, two):
            with pytest.raises(ConnectionResetError):
                client.recv(1)
    with connect(proxy) as again:
        again.sendall(b"a")
        assert received(again, 1) == b"a"
