"""Single requests outside of tool calls: no redirects, no internal addresses, no endless answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from connections import http as exchange
from connections.http import BODY_LIMIT, get, post_form
from consumers.outbound.client import NoReply, Unreachable


@contextmanager
def line(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Run a server for one connection that handles it with the given function."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def accept() -> None:
        try:
            connection, _ = listener.accept()
            with connection:
                serve(connection)
        except OSError:
            pass  # the other side stopped reading

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # wakes the thread if nobody connected
        listener.close()
        thread.join(10)


def test_a_server_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "TOTAL_SECONDS", 0.6)

    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 500:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with line(drip) as url:
        began = time.monotonic()
        with pytest.raises(NoReply):
            get(url, token="t")
        assert time.monotonic() - began < 2


def test_a_handshake_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "TOTAL_SECONDS", 0.6)
    with line(lambda connection: time.sleep(3)) as url:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            get(url.replace("http:", "https:"), token="t")
        assert time.monotonic() - began < 2


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    def pour(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (BODY_LIMIT + 10))

    with line(pour) as url, pytest.raises(NoReply):
        get(url, token="t")


@pytest.mark.parametrize("answer", [b"", b"nonsense", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"])
def test_a_broken_answer_is_none(answer: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(answer)

    with line(serve) as url, pytest.raises(NoReply):
        post_form(url, {}, key="k", secret="s")


def test_case_205_a_redirect_is_not_followed() -> None:
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        seen.append(connection.recv(4096))
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
        )

    with line(serve) as url:
        assert get(f"{url}/a?b=c", token="t").status == 302
    assert seen[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://.:1"])
def test_case_211_inner_machines_are_never_connected_to(settings: Settings, url: str) -> None:
    """OWASP API7: checked by address at the moment of connecting."""
    settings.UPSTREAM_ON_PRIVATE_HOSTS = False
    reached = threading.Event()
    with line(lambda connection: reached.set()) as server:
        port = server.rpartition(":")[2]
        with pytest.raises(Unreachable):
            get(f"{url.removesuffix(':1')}:{port}", token="t")
    assert not reached.is_set()


def test_key_and_secret_are_quoted() -> None:
    """RFC 6749 §2.3.1."""
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        seen.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with line(serve) as url:
        assert post_form(url, {"a": "b c"}, key="k:", secret="s%").json == {}
    assert b"Authorization: Basic ayUzQTpzJTI1\r\n" in seen[0]
