"""Slow and endless requests are cut, over real sockets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn

from fracttal_mcp import http_connections, request_bodies
from fracttal_mcp.http_connections import GuardedConnection
from fracttal_mcp.request_bodies import Message, Receive, Send, with_whole_body

REQUEST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


async def echo(scope: Message, receive: Receive, send: Send) -> None:
    message = await receive()
    assert not message["more_body"]
    body = str(len(message["body"])).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def application(scope: Message, receive: Receive, send: Send) -> None:
    await with_whole_body(echo, scope, receive, send)


@contextmanager
def served() -> Iterator[int]:
    config = uvicorn.Config(application, port=0, http=GuardedConnection, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(http_connections, "HEADER_SECONDS", 0.4)
    monkeypatch.setattr(request_bodies, "BODY_SECONDS", 0.4)
    with served() as found:
        yield found


def ask(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send the parts with pauses between them. Return all that comes until the server closes."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        try:
            for part in parts:
                client.sendall(part)
                time.sleep(pause)
            while read := client.recv(65536):
                answer += read
                if b"\r\n\r\n" in answer and b"connection: close" not in answer:
                    return answer
        except (ConnectionResetError, BrokenPipeError):
            pass
    return answer


def test_ordinary_requests_pass(port: int) -> None:
    assert ask(port, REQUEST + b"Content-Length: 5\r\n\r\nhello").endswith(b"\r\n\r\n5")
    assert ask(port, REQUEST, b"Content-Length: 5\r\n\r\n", b"hello", pause=0.05).endswith(b"\r\n\r\n5")
    chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert ask(port, REQUEST + chunks).endswith(b"\r\n\r\n5")


@pytest.mark.parametrize("parts", [(), (b"PO",), (REQUEST,), (REQUEST, *[b"X: 1\r\n"] * 8)])
def test_case_193_slow_headers_are_cut(port: int, parts: tuple[bytes, ...]) -> None:
    """OWASP API4: a connection that never becomes a request is closed."""
    began = time.monotonic()
    assert ask(port, *parts, pause=0.1) == b""
    assert time.monotonic() - began < 5


def test_case_193_a_slow_body_is_cut(port: int) -> None:
    """RFC 9110 §15.5.9: 408, and the connection closes."""
    answer = ask(port, REQUEST + b"Content-Length: 5\r\n\r\n", b"h")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer


def test_case_194_endless_headers_are_cut(port: int) -> None:
    """OWASP API4: 70 kB of headers reach nobody."""
    assert ask(port, REQUEST, *[b"X-Long: " + b"x" * 7000 + b"\r\n"] * 10, b"\r\n") == b""


def test_case_193_a_body_without_end_is_cut(port: int) -> None:
    """RFC 9110 §15.5.14: 413 before it is read whole."""
    endless = b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 50
    assert ask(port, REQUEST + endless).startswith(b"HTTP/1.1 413 ")


def test_case_240_a_held_connection_holds_nobody_else(port: int) -> None:
    """A hundred connections that say nothing, and an answer at once for who asks."""
    held = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(100)]
    began = time.monotonic()
    assert ask(port, REQUEST + b"Content-Length: 2\r\n\r\nhi").endswith(b"\r\n\r\n2")
    assert time.monotonic() - began < 2
    for connection in held:
        connection.close()
