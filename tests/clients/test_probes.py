"""/livez and /readyz as probes request them: by IP address, with HEAD, over HTTP/1.0 (report 36)."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tests.process.server import Server


def raw(server: Server, request: str) -> tuple[bytes, bytes]:
    """Return head and body of the answer, read until the connection ends."""
    address = urlsplit(server.url)
    assert address.hostname
    with socket.create_connection((address.hostname, address.port or 80), timeout=10) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        received = b""
        while part := connection.recv(4096):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return head.lower(), body


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
@pytest.mark.parametrize(
    "request_head",
    [
        "GET {} HTTP/1.0",
        "HEAD {} HTTP/1.0",
        "GET {} HTTP/1.1\nHost: 10.244.0.5:8000\nConnection: close",
        "HEAD {} HTTP/1.1\nHost: 10.244.0.5:8000\nConnection: close",
    ],
)
def test_report_36_probes(server: Server, path: str, request_head: str) -> None:
    head, body = raw(server, request_head.format(path))
    assert b" 200 " in head.splitlines()[0] + b" "
    assert b"transfer-encoding" not in head
    assert b"content-length: 2" in head
    assert body == (b"" if request_head.startswith("HEAD") else b"ok")


def test_report_36_other_paths_refuse_that_host(server: Server) -> None:
    head, _ = raw(server, "GET /login/ HTTP/1.1\nHost: 10.244.0.5:8000\nConnection: close")
    assert b" 400 " in head.splitlines()[0]
