"""One person, one consumer and one address may not take the product from the others (cases 237 to 241)."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.blackbox import invariants
from tests.blackbox.product import Engine, Product, product
from tests.blackbox.witness import Witness

PER_MINUTE, AT_ONCE, OF_A_CONSUMER, CONNECTIONS = 40, 6, 90, 60
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product with small limits. Each process counts for itself, so one process tells all."""
    directory: Path = tmp_path_factory.mktemp("limited")
    limits = {
        "PERSON_REQUESTS_PER_MINUTE": str(PER_MINUTE),
        "PERSON_REQUESTS_AT_ONCE": str(AT_ONCE),
        "CONSUMER_REQUESTS_PER_MINUTE": str(OF_A_CONSUMER),
        "MOST_CONNECTIONS": str(CONNECTIONS),
    }
    with product(Engine("sqlite", 1), directory, **limits) as made:
        yield made


@pytest.fixture(scope="module")
def people(limited: Product) -> list[Witness]:
    return [Witness(limited, f"{who}@demo.example") for who in ("planner", "technician")]


@contextmanager
def a_new_minute() -> Iterator[None]:
    """The counts begin anew with each minute of the machine."""
    time.sleep(60 - time.monotonic() % 60 if time.monotonic() % 60 > 15 else 0)
    yield


def test_case_238_one_person_with_many_calls_at_once(limited: Product, people: list[Witness]) -> None:
    """OWASP API4: the person is told to wait, and a colleague notices nothing."""
    loud, quiet = people
    with a_new_minute(), limited.upstream.slow(0.4), ThreadPoolExecutor(25) as pool:
        calls = [pool.submit(loud.read) for _ in range(24)]
        time.sleep(0.1)
        other = quiet.read()
        answers = [call.result() for call in calls]
    assert other.status_code == 200
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) == {200, 429}
    assert statuses[200] <= 2 * AT_ONCE
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "error" in refused.json()
    invariants.check(limited, people)


def test_case_237_a_person_and_a_consumer_that_ask_without_end(
    limited: Product, people: list[Witness]
) -> None:
    """RFC 6585 §4: 429 says when to come back; others are served."""
    loud, quiet = people
    with a_new_minute():
        statuses = Counter(loud.read().status_code for _ in range(PER_MINUTE + 10))
        assert quiet.read().status_code == 200
    assert statuses[429] >= 9
    assert statuses[200] <= PER_MINUTE


def test_case_236_a_program_that_asks_for_tokens_without_end(limited: Product) -> None:
    """A proven consumer is counted, and another one gets its token."""
    loud, quiet = (
        limited.server.create_consumer(name, grant="client-credentials") for name in ("Loop", "Other")
    )

    def token(program: dict[str, str]) -> httpx.Response:
        form = {"grant_type": "client_credentials"}
        return httpx.post(f"{limited.url}/oauth/token", data=form, auth=(program["key"], program["secret"]))

    answers = [token(loud) for _ in range(2 * OF_A_CONSUMER + 2)]  # in one of two minutes
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    assert {answer.status_code for answer in refused} == {429}
    assert refused[0].json()["error"] == "temporarily_unavailable"
    assert int(refused[0].headers["retry-after"]) <= 60
    assert token(quiet).status_code == 200


def test_case_240_more_connections_than_the_process_holds(limited: Product) -> None:
    """CWE-400: further ones are told at once, the open ones go on, and the places are free again."""
    host, port = "127.0.0.1", int(limited.server.environment["PORT"])
    with ExitStack() as opened:
        held = [
            opened.enter_context(socket.create_connection((host, port), timeout=5))
            for _ in range(CONNECTIONS)
        ]
        with socket.create_connection((host, port), timeout=5) as one_more:
            told = one_more.recv(1000)
            assert told.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 5" in told
            assert one_more.recv(1000) == b""
        held[0].sendall(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
        assert held[0].recv(1000).startswith(b"HTTP/1.1 200 ")
    assert limited.wait_until_ready(10) < 5


def test_case_239_floods_of_wrong_secrets_and_tokens(limited: Product, people: list[Witness]) -> None:
    """OWASP ASVS 6.3.1: they are refused with 401 or 429, and who is right still gets an answer."""
    _loud, quiet = people
    flood = limited.server.create_consumer("Flooded", grant="client-credentials")
    right = {"data": {"grant_type": "client_credentials"}, "auth": (flood["key"], flood["secret"])}

    def wrong(number: int) -> int:
        if number % 2:
            form = {"grant_type": "client_credentials", "client_id": flood["key"], "client_secret": "x"}
            return httpx.post(f"{limited.url}/oauth/token", data=form, timeout=60).status_code
        token = {"authorization": f"Bearer fma_{number:043d}"}
        return httpx.post(limited.server.mcp_url, headers=token, json={}, timeout=60).status_code

    with a_new_minute(), ThreadPoolExecutor(8) as pool:
        flooding = [pool.submit(wrong, number) for number in range(200)]
        good = [httpx.post(f"{limited.url}/oauth/token", timeout=60, **right).status_code for _ in range(10)]  # type: ignore[arg-type]
        mine = [quiet.read().status_code for _ in range(5)]
        assert {each.result() for each in flooding} == {401, 429}
    assert good == [200] * 10
    assert mine == [200] * 5
