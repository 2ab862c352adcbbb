"""A stand-in for Fracttal One that writes each request to a file, synced to disk, before it answers.

Whatever dies afterwards, the file tells what was written upstream and how often.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.http_servers import serving

Rows = list[dict[str, Any]]
ASSETS: Rows = [
    {"id": n, "code": f"A-{n}", "id_type_item": 2, "field_1": f"Pump {n}", "active": True}
    for n in range(1, 21)
]
PEOPLE: Rows = [
    {"id": n, "code": f"P-{n}", "name": f"Person {n}", "account_email": f"{who}@demo.example", "active": True}
    for n, who in enumerate(("admin", "planner", "technician"), 1)
]


@dataclass(frozen=True)
class Written:
    id: int
    title: str
    credential: str


@dataclass
class Upstream:
    """`once_written` runs between the entry in the ledger and the answer. `refusal` replaces answers."""

    file: Path
    port: int = 0
    requests: Rows = field(default_factory=list)
    headers: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    seconds: float = 0.0
    refusal: tuple[int, dict[str, str], bytes] | None = None
    slow_for: Callable[[str], bool] = lambda credential: True
    once_written: Callable[[], None] = lambda: None
    extra: dict[str, Rows] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def written(self) -> list[Written]:
        """Return the writes, read back from the file."""
        if not self.file.exists():
            return []
        return [Written(**json.loads(line)) for line in self.file.read_text().splitlines()]

    @property
    def doubled(self) -> list[str]:
        return [title for title, times in Counter(each.title for each in self.written).items() if times > 1]

    @contextmanager
    def answering(
        self, status: int, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Iterator[None]:
        self.refusal = (status, headers or {}, body)
        try:
            yield
        finally:
            self.refusal = None

    @contextmanager
    def slow(self, seconds: float, only: Callable[[str], bool] = lambda credential: True) -> Iterator[None]:
        """Answer late, to all or `only` to some, told by the credential that they show."""
        self.seconds, self.slow_for = seconds, only
        try:
            yield
        finally:
            self.seconds = 0

    def write(self, body: dict[str, Any], credential: str) -> int:
        with self.lock, self.file.open("a") as ledger:
            number = len(self.requests) + 1
            entry = {"id": number, "title": body["description"], "credential": credential}
            ledger.write(json.dumps(entry) + "\n")
            ledger.flush()
            os.fsync(ledger.fileno())
            self.requests.append({**body, "id": number, "id_status": 1, "date": "2026-11-30T10:00:00+00:00"})
            return number

    def read(self, resource: str, query: dict[str, str]) -> Rows:
        if resource in self.extra:
            return self.extra[resource]
        if resource in ("items", "personnel"):
            return {"items": ASSETS, "personnel": PEOPLE}[resource]
        if resource == "work_requests":
            if "code" in query:
                return [row for row in self.requests if str(row["id"]) == query["code"]]
            return self.requests
        return []


@contextmanager
def upstream(directory: Path) -> Iterator[Upstream]:
    directory.mkdir(parents=True, exist_ok=True)
    kept = Upstream(directory / "ledger.jsonl")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            kept.headers.append((self.command, self.path, dict(self.headers.items())))
            if kept.refusal is not None:
                self._send(*kept.refusal)
                return
            url = urlsplit(self.path)
            resource = url.path.removeprefix("/api/").split("/")[0]
            if self.command == "GET":
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                rows = kept.read(resource, query)
                start, limit = int(query.get("start", 0)), int(query.get("limit", 100))
                answer: dict[str, Any] = {"data": rows[start : start + limit], "total": len(rows)}
            else:
                number = kept.write(json.loads(body), self.headers.get("authorization", ""))
                kept.once_written()
                answer = {"data": [{"id": number}], "total": 1}
            if kept.slow_for(self.headers.get("authorization", "")):
                time.sleep(kept.seconds)
            told = json.dumps({"success": True, "message": "200", **answer}).encode()
            self._send(200, {"content-type": "application/json"}, told)

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 256
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Connections end in the middle here on purpose."""

    server = Server(("127.0.0.1", 0), Handler)
    kept.port = server.server_address[1]
    with serving(server):
        yield kept
