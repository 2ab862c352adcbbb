"""Security cases 129-131: programs whose client id is the URL of their metadata document."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError

from consumers import client_documents
from consumers.apps import MOST_DOCUMENT_FETCHES
from consumers.client_documents import load, validate_document_url
from consumers.outbound import documents as document_fetcher
from consumers.outbound.documents import Fetcher, Unavailable
from tests.conftest import World
from tests.consumers.conftest import Program, Register, signed_in
from tests.consumers.programs import HOST, Publisher

INNER = (
    "127.0.0.1", "169.254.169.254", "10.0.0.7", "172.16.3.4", "192.168.1.1", "100.64.0.1", "0.0.0.0",
    "::1", "fd00::1", "fe80::1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
)  # fmt: skip


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Record every attempt to connect, and let none succeed."""
    tried: list[Any] = []

    def connect(line: socket.socket, address: Any) -> None:
        tried.append(address)
        raise OSError("not in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


def reason(url: str) -> str:
    with pytest.raises(Unavailable) as refused:
        load(url)
    return refused.value.reason


@pytest.mark.parametrize("address", INNER)
def test_case_129_names_of_inner_addresses_are_never_connected_to(
    address: str, no_connection: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CIMD draft §6.5: the guard of production, with a name server that answers for the attacker."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))
    inner = (family, socket.SOCK_STREAM, 6, "", (address, 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [public, inner])
    assert reason("https://looks-public.example/client.json") == "unreachable"
    assert no_connection == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "169.254.169.254", "10.1.2.3", "[::1]", "[fd00::1]", "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]", "2130706433", "0x7f000001", "127.1", "localhost", "localhost.", "intranet",
    ],
)  # fmt: skip
def test_case_129_inner_hosts_can_neither_be_allowed_nor_fetched(host: str, no_connection: list[Any]) -> None:
    """CIMD draft §6.5: an administrator cannot allow one, and the fetcher would refuse it."""
    url = f"https://{host}/client.json"
    with pytest.raises(ValidationError):
        validate_document_url(url)
    assert reason(url) == "unreachable"
    assert no_connection == []


def test_case_129_an_unknown_url_is_an_unknown_client_and_never_fetched(
    program: Program, publisher: Publisher, world: World
) -> None:
    """Only a URL that an administrator allowed is read."""
    for browser in (program.http, signed_in(world.owner)):
        page = browser.get(program.address(client_id=publisher.url))
        assert page.status_code == 400
        assert b"document_not_allowed" in page.content
        assert f"<code>{publisher.url}</code>" in page.content.decode()  # for an administrator to allow
    answer = program.token(
        client_id=publisher.url, client_secret=None, grant_type="refresh_token", refresh_token="fmr_x"
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert publisher.asked == []


def test_case_130_the_checked_address_is_the_one_connected_to(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the host is resolved once, and a later answer of the name server counts for nothing."""
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def lookup(host: Any, *args: Any, **more: Any) -> Any:
        asked.append(str(host))
        return resolve(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert load(publisher.url).name == "Claude Code"
    assert HOST not in asked
    assert publisher.asked == [(f"{HOST}:{publisher.port}", "/oauth/client.json")]


def test_case_130_a_certificate_of_another_host_is_refused(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 9110 §4.3.4: the certificate is that of the host in the URL, by an authority that is known."""
    trusting = document_fetcher.new_fetcher()
    fetcher = Fetcher(lambda _host, _port: ["127.0.0.1"], trusting._context)
    monkeypatch.setattr(document_fetcher, "new_fetcher", lambda: fetcher)
    assert reason(publisher.url.replace(HOST, "another.example")) == "unreachable"
    monkeypatch.setattr(document_fetcher, "new_fetcher", lambda: Fetcher(lambda _host, _port: ["127.0.0.1"]))
    assert reason(publisher.url) == "unreachable"
    assert publisher.asked == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_case_130_redirects_are_not_followed(publisher: Publisher, status: int) -> None:
    """CIMD draft §4: an answer elsewhere is no document."""
    publisher.status = status
    publisher.headers = {"Location": f"https://{HOST}:{publisher.port}/other.json"}
    assert reason(publisher.url) == "unreachable"
    assert len(publisher.asked) == 1


def is_cut_off(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that the answer comes in time, and that the thread ends long before the server would."""
    monkeypatch.setattr(document_fetcher, "TOTAL_SECONDS", 0.5)
    began = time.monotonic()
    assert reason(url) in {"too_slow", "unreachable"}  # on a busy machine the handshake may end first
    assert time.monotonic() - began < 2
    until = time.monotonic() + 5
    while any(thread.name == "client-document" for thread in threading.enumerate()):
        assert time.monotonic() < until, "the thread still reads"
        time.sleep(0.02)


@pytest.mark.parametrize("part", ["drip_headers", "drip_body"])
def test_case_130_a_server_that_drips_is_cut_off(
    publisher: Publisher, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clock for the whole fetch, not one for each read."""
    setattr(publisher, part, 0.2)
    is_cut_off(publisher.url, monkeypatch)


def test_case_130_a_handshake_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before there is a secret channel, too: a TLS record of 16 kB, a byte at a time."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            line, _address = listening.accept()
            with line, contextlib.suppress(OSError):
                line.sendall(b"\x16\x03\x03\x3f\xff")
                while not over.wait(0.2):
                    line.sendall(b"\0")

        dripping = threading.Thread(target=drip)
        dripping.start()
        monkeypatch.setattr(
            document_fetcher, "new_fetcher", lambda: Fetcher(lambda _host, _port: ["127.0.0.1"])
        )
        try:
            is_cut_off(f"https://{HOST}:{listening.getsockname()[1]}/c.json", monkeypatch)
        finally:
            over.set()
            dripping.join(5)


def test_case_130_a_name_server_that_hangs_holds_nobody(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer comes in time; the lookup keeps its place, and with all taken nothing more is begun."""
    hanging, began = threading.Event(), []

    def resolve(_host: str, _port: int) -> list[str]:
        began.append(1)
        hanging.wait(20)
        return []

    monkeypatch.setattr(document_fetcher, "TOTAL_SECONDS", 0.1)
    monkeypatch.setattr(document_fetcher, "_WAIT_FOR_PLACE_SECONDS", 0.1)
    monkeypatch.setattr(document_fetcher, "new_fetcher", lambda: Fetcher(resolve))
    try:
        for number in range(MOST_DOCUMENT_FETCHES):
            assert reason(f"{publisher.url}?{number}") == "too_slow"
        assert reason(publisher.url) == "busy"
        assert len(began) == MOST_DOCUMENT_FETCHES
    finally:
        hanging.set()
    monkeypatch.undo()
    assert document_fetcher.fetches_at_once().acquire(timeout=5)
    document_fetcher.fetches_at_once().release()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"client_id": 1}', b"[" * 16_000, b" " * 17_000 + b"{}",
        b"<html></html>",
    ],
    ids=["empty", "null", "list", "cut", "bytes", "number", "deep", "large", "page"],
)  # fmt: skip
def test_case_130_what_is_no_document_is_refused(publisher: Publisher, body: bytes) -> None:
    """Neither size nor nesting nor encoding is a 500."""
    publisher.body = body
    assert reason(publisher.url) in {"unreachable", "client_id_differs"}


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "", "application/jsonp"])
def test_case_130_another_content_type_is_refused(publisher: Publisher, media_type: str) -> None:
    """CIMD draft §4."""
    publisher.headers = {"Content-Type": media_type}
    assert reason(publisher.url) == "unreachable"


def test_case_130_100_mb_are_not_read(publisher: Publisher) -> None:
    """A body is read up to 16 kB, whatever its length is said to be."""
    publisher.headers = {"Content-Length": str(100 * 1024 * 1024)}
    publisher.body = b" " * 20_000
    began = time.monotonic()
    assert reason(publisher.url) == "unreachable"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"client_id": "https://claude.ai/oauth/claude-code-client-metadata"}, "client_id_differs"),
        ({"client_id": None}, "client_id_differs"),
        ({"client_secret": "s"}, "shared_secret"),
        ({"client_secret": ""}, "shared_secret"),
        ({"client_secret_expires_at": 0}, "shared_secret"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "shared_secret"),
        ({"token_endpoint_auth_method": "client_secret_post"}, "shared_secret"),
        ({"token_endpoint_auth_methods_supported": ["none", "client_secret_jwt"]}, "shared_secret"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "authentication_unsupported"),
        ({"token_endpoint_auth_method": ["none"]}, "malformed"),
        ({"grant_types": ["client_credentials"]}, "grant_unsupported"),
        ({"grant_types": "authorization_code"}, "malformed"),
        ({"response_types": ["token"]}, "grant_unsupported"),
        ({"redirect_uris": []}, "no_callback"),
        ({"redirect_uris": None}, "no_callback"),
        ({"redirect_uris": ["javascript:alert(1)", "https://*.example/", "http://a.test/"]}, "no_callback"),
        ({"redirect_uris": [1]}, "malformed"),
        ({"redirect_uris": ["https://a.example/cb"] * 101}, "malformed"),
        ({"client_name": {"en": "x"}}, "malformed"),
    ],
)  # fmt: skip
def test_case_130_documents_that_do_not_fit(publisher: Publisher, changes: dict[str, Any], why: str) -> None:
    """CIMD draft §4.1 and §6.2: the document is its URL's own, and of a public client."""
    publisher.publish(**changes)
    assert reason(publisher.url) == why


@pytest.mark.parametrize(
    "changes",
    [
        {"token_endpoint_auth_method": "private_key_jwt",
         "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
         "redirect_uris": ["https://chatgpt.com/connector/oauth/AbC"], "jwks_uri": "https://chatgpt.com/jwks"},
        {"grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
         "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"]},
        {"token_endpoint_auth_method": None, "grant_types": None, "response_types": None},
        {"grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
         "redirect_uris": ["http://127.0.0.1:33418/", "https://vscode.dev/redirect", "vscode://x/y"]},
    ],
    ids=["ChatGPT", "Claude", "Claude Code", "VS Code"],
)  # fmt: skip
def test_documents_like_those_of_the_large_assistants_fit(
    publisher: Publisher, changes: dict[str, Any]
) -> None:
    """Entries that we do not support may accompany those that we do.

    docs/reference/mcp.md#client-id-metadata-documents.
    """
    publisher.publish(**changes)
    assert load(publisher.url).callbacks


def test_a_name_is_shown_without_what_could_deceive(publisher: Publisher) -> None:
    publisher.publish(client_name="Fract\u202etal\u200b\nOne\0 " + "x" * 500)
    name = load(publisher.url).name
    assert name.startswith("Fract tal One x")
    assert len(name) == client_documents.MAX_NAME


def seconds_kept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record for how many seconds each value is cached from here on."""
    kept: list[int] = []
    store = cache.set

    def put(name: str, value: object, seconds: int) -> None:
        kept.append(seconds)
        store(name, value, seconds)

    monkeypatch.setattr(cache, "set", put)
    return kept


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("max-age=600", 600), ("max-age=1", 300), ("max-age=9999999", 86400), ("no-store", 300), ("", 86400)],
)
def test_a_document_is_kept_as_its_headers_say_between_5_minutes_and_a_day(
    publisher: Publisher, header: str, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = seconds_kept(monkeypatch)
    publisher.headers = {"Cache-Control": header}
    load(publisher.url)
    publisher.publish(client_name="Renamed")
    assert load(publisher.url).name == "Claude Code"
    assert len(publisher.asked) == 1
    assert kept == [seconds]


def test_a_failure_is_kept_for_a_minute(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = seconds_kept(monkeypatch)
    publisher.status = 503
    assert reason(publisher.url) == "unreachable"
    publisher.status = 200
    assert reason(publisher.url) == "unreachable"
    assert len(publisher.asked) == 1
    assert kept == [60]


def test_case_131_a_program_of_localhost_only_brings_a_warning(
    publisher: Publisher, allow: Register, world: World
) -> None:
    """RFC 8252 §8.6: any program on the computer can pass itself off as this one."""
    program = allow()
    page = signed_in(world.owner).get(program.address()).content
    assert b"Any program on this computer could pretend to be this one" in page
    cache.clear()
    publisher.publish(redirect_uris=["http://localhost/callback", "https://claude.ai/cb"])
    page = signed_in(world.owner).get(program.address()).content
    assert b"could pretend to be" not in page
    assert b"a program on this computer" in page
