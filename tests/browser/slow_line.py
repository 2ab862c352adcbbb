"""A slow line between browser and server: a proxy that holds answers which the server has already given."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.http_servers import serving

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})


class SlowLine(ThreadingHTTPServer):
    """Holds the answer of the first POST until `release` is set. `held` says that the server gave it."""

    daemon_threads = True

    def __init__(self, site: str) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarding)
        self.target = urlsplit(site).netloc
        self.url = f"http://localhost:{self.server_address[1]}"
        self.held, self.release = threading.Event(), threading.Event()


class _Forwarding(BaseHTTPRequestHandler):
    server: SlowLine

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        upstream = http.client.HTTPConnection(self.server.target, timeout=60)
        upstream.request(self.command, self.path, self.rfile.read(length), dict(self.headers))
        answer = upstream.getresponse()
        body = answer.read()
        if self.command == "POST" and not self.server.held.is_set():
            self.server.held.set()
            self.server.release.wait(60)
        try:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # the browser no longer waits for this answer
            self.close_connection = True
        finally:
            upstream.close()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@contextmanager
def slow_line(site: str) -> Iterator[SlowLine]:
    server = SlowLine(site)
    with serving(server):
        yield server
        server.release.set()
