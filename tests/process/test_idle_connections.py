"""A connection that is idle stays open for longer than clients keep theirs.

httpx keeps them for five seconds (keepalive_expiry of its limits), undici for four (keepAliveTimeout).
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.process.server import Server, started

LONGER_THAN_CLIENTS = 6


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("idle")) as server:
        yield server


def test_a_request_after_a_pause_uses_the_same_connection(server: Server) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.connect()
    opened = connection.sock
    for pause in (LONGER_THAN_CLIENTS, 0):
        connection.request("GET", "/livez")
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, connection.sock) == (200, opened)
        time.sleep(pause)
    connection.close()
