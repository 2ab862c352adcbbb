"""The keys of trusted issuers: discovery, caching, repeated fetches, no internal addresses."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.verified_addresses import mark_verified
from consumers.outbound import documents as document_fetcher
from consumers.outbound.documents import Fetcher
from consumers.trusted_issuers.keys import NoKeys, ask, key_of
from consumers.trusted_issuers.models import TrustedIssuer
from tests.conftest import World
from tests.consumers.conftest import Program
from tests.consumers.issuers import IdentityProvider, identity_provider, new_key
from tests.consumers.programs import HOST, fetcher_reaching
from tests.consumers.trusted_issuers.presenting import present, trust
from tests.http_servers import serving

JSON = {"Content-Type": "application/json"}
DISCOVERY, KEYS = "/.well-known/openid-configuration", "/oauth2/v1/keys"


@pytest.fixture
def idp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path) as provider:
        monkeypatch.setattr(document_fetcher, "new_fetcher", lambda: fetcher_reaching(provider.certificate))
        yield provider


def test_keys_of_an_address_that_was_replaced_meanwhile_are_not_kept(
    world: World, idp: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator replaces a compromised key set while a process still reads it."""
    issuer = trust(world, idp, jwks_url=idp.jwks_url)
    fetch = document_fetcher.fetch

    def replaced_meanwhile(url: str) -> Any:
        TrustedIssuer.objects.update(jwks_url="https://new.example.com/keys", keys={}, keys_until=None)
        return fetch(url)

    monkeypatch.setattr(document_fetcher, "fetch", replaced_meanwhile)
    ask(issuer)
    assert idp.asked == [KEYS]
    assert TrustedIssuer.objects.get().keys == {}


@pytest.fixture
def trusted(world: World, idp: IdentityProvider) -> TrustedIssuer:
    mark_verified(world.owner)
    return trust(world, idp)


def later(minutes: float) -> Any:
    return time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes), tick=False)


def published(keys: list[Any]) -> tuple[int, dict[str, str], bytes]:
    return 200, JSON, json.dumps({"keys": keys}).encode()


def test_keys_are_read_once_and_kept(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    for _ in range(5):
        assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200
    assert idp.asked == [DISCOVERY, KEYS]


def test_rotation_is_followed_at_once(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """OpenID Connect Core §10.1.1: an unknown kid means that the keys are read again."""
    old = idp.keys[0]
    assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200
    idp.rotate()
    with later(2):
        assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200
        assert idp.asked == [DISCOVERY, KEYS] * 2
        withdrawn = present(program, idp.assertion(program.key, world.owner.email, key=old))
        assert "not in the key set" in withdrawn.json()["error_description"]


def test_a_withdrawn_key_is_worth_nothing_after_an_hour(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """Whatever the issuer says about caching."""
    old = idp.keys[0]
    idp.answers[KEYS] = (200, JSON | {"Cache-Control": "max-age=86400"}, idp.document(KEYS)[2])
    assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200
    idp.answers.clear()
    idp.rotate()
    with later(61):
        response = present(program, idp.assertion(program.key, world.owner.email, key=old))
        assert "not in the key set" in response.json()["error_description"]


def test_case_366_invented_key_ids_cost_one_fetch_a_minute(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """OWASP API4: a client must not make this server hammer its customer's identity provider."""
    assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200
    with later(2):
        for number in range(10):
            header = {"kid": f"invented-{number}"}
            response = present(program, idp.assertion(program.key, world.owner.email, header=header))
            assert "not in the key set" in response.json()["error_description"]
        assert len(idp.asked) == 4
        assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200


def test_case_366_an_issuer_that_is_down_is_asked_once_a_minute(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 9110 §15.6.4: said as such, and nothing is decided without keys."""
    idp.answers[DISCOVERY] = (500, JSON, b"{}")
    for _ in range(5):
        response = present(program, idp.assertion(program.key, world.owner.email))
        assert response.status_code == 503
        assert response.json()["error"] == "temporarily_unavailable"
        assert int(response["Retry-After"]) == 60
    assert idp.asked == [DISCOVERY, "/.well-known/oauth-authorization-server"]
    idp.answers.clear()
    with later(2):
        assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200


def test_kept_keys_go_on_while_another_process_asks(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200
    until = TrustedIssuer.objects.get().keys_until
    assert until is not None
    with time_machine.travel(until + dt.timedelta(seconds=30), tick=False):
        TrustedIssuer.objects.update(keys_asked_at=timezone.now())
        assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200
    with time_machine.travel(until + dt.timedelta(minutes=5), tick=False):
        TrustedIssuer.objects.update(keys_asked_at=timezone.now())
        assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 503


@pytest.mark.parametrize("path", ["", "/issuers/0c1d2e3f"])
def test_discovery_as_oauth_puts_it(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """RFC 8414 §3.1: between host and path, for an issuer without OpenID Connect."""
    with identity_provider(tmp_path, path) as provider:
        monkeypatch.setattr(document_fetcher, "new_fetcher", lambda: fetcher_reaching(provider.certificate))
        provider.answers[f"{path}/.well-known/openid-configuration"] = (404, JSON, b"{}")
        document = {"issuer": provider.issuer, "jwks_uri": provider.jwks_url}
        place = f"/.well-known/oauth-authorization-server{path}"
        provider.answers[place] = (200, JSON, json.dumps(document).encode())
        issuer = trust(world, provider)
        assert key_of(issuer, provider.keys[0]["kid"]) is not None


def test_a_key_set_url_needs_no_discovery(world: World, idp: IdentityProvider) -> None:
    issuer = trust(world, idp, jwks_url=idp.jwks_url)
    assert key_of(issuer, idp.keys[0]["kid"]) is not None
    assert idp.asked == [KEYS]


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": 7},
        {"jwks_uri": "http://program.example/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://169.254.169.254/latest"},
        {"jwks_uri": "https://localhost/keys"},
    ],
)
def test_case_367_discovery_documents_that_lead_astray(
    idp: IdentityProvider, trusted: TrustedIssuer, document: dict[str, Any]
) -> None:
    """RFC 8414 §3.3: the issuer is the one that was asked; OWASP API7: where it leads is checked too."""
    good = {"issuer": idp.issuer, "jwks_uri": idp.jwks_url}
    changed = {name: value for name, value in (good | document).items() if value is not None}
    idp.answers[DISCOVERY] = (200, JSON, json.dumps(changed).encode())
    with pytest.raises(NoKeys):
        ask(trusted)
    assert KEYS not in idp.asked


def test_case_367_no_redirect_is_followed(idp: IdentityProvider, trusted: TrustedIssuer) -> None:
    """OWASP SSRF prevention: neither of the document nor of the keys."""
    target = f"https://{HOST}:{idp.port}/elsewhere"
    for path in (DISCOVERY, KEYS):
        idp.answers = {path: (302, JSON | {"Location": target}, b"")}
        TrustedIssuer.objects.update(keys_asked_at=None)
        with pytest.raises(NoKeys):
            ask(trusted)
    assert "/elsewhere" not in idp.asked


class _Inner(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.set()  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Stay silent."""


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "192.168.1.1", "100.64.0.1",
     "0.0.0.0", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "2130706433", "0x7f.1", "localhost."],
)  # fmt: skip
def test_case_367_inner_machines_are_never_reached(world: World, host: str) -> None:
    """OWASP API7: with the fetcher of the product itself."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Inner)
    server.asked = threading.Event()  # type: ignore[attr-defined]
    port = server.server_address[1]
    with serving(server):
        assert document_fetcher.new_fetcher is Fetcher
        for fields in (
            {"issuer": f"https://{host}:{port}"},
            {"issuer": "https://idp.example", "jwks_url": f"https://{host}:{port}/keys"},
        ):
            issuer = TrustedIssuer.objects.create(company=world.company, name="Inner", **fields)
            with pytest.raises(NoKeys):
                ask(issuer)
            issuer.delete()
    assert not server.asked.is_set()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "answer",
    [
        (200, JSON, b"[]"), (200, JSON, b"{}"), (200, JSON, b'{"keys": {}}'), (200, JSON, b'{"keys": []}'),
        (200, JSON, b'{"keys": [7, null, {}]}'), (200, JSON, b'{"keys": [{"kid": 7, "kty": "RSA"}]}'),
        (200, JSON, b"\xff\xfe"), (200, JSON, b"[" * 10_000), (200, {"Content-Type": "text/html"}, b"<p>"),
        (200, JSON, b'{"keys": [' + b" " * 20_000 + b"]}"), (404, JSON, b"{}"),
        published([{"kty": "RSA", "kid": str(number)} for number in range(51)]),
    ],
)  # fmt: skip
def test_case_368_key_sets_that_are_none(
    idp: IdentityProvider, trusted: TrustedIssuer, answer: tuple[int, dict[str, str], bytes]
) -> None:
    """RFC 7517 §5: odd, oversize and empty ones, and the keys that were kept go on."""
    ask(trusted)
    kept = TrustedIssuer.objects.get().keys
    idp.answers[KEYS] = answer
    with pytest.raises(NoKeys):
        ask(trusted)
    assert TrustedIssuer.objects.get().keys == kept


def test_case_368_what_is_secret_in_a_key_set_is_not_kept(
    idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 7517 §9.2: an issuer that publishes private or shared keys has none that are trusted."""
    leaked, shared, good = new_key(), new_key("oct", size=256), new_key()
    sets = [leaked.export(as_dict=True), shared.export(as_dict=True), good.export_public(as_dict=True)]
    idp.answers[KEYS] = published(sets)
    ask(trusted)
    assert set(TrustedIssuer.objects.get().keys) == {good["kid"]}


@pytest.mark.parametrize(
    "key",
    [{"kty": "RSA"}, {"kty": "RSA", "n": "!", "e": "AQAB"},
     {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
     {"kty": "oct"}, {}, {"kty": "RSA", "n": "é", "e": "AQAB"}, {"kty": "OKP", "crv": "Ed25519", "x": "A"}],
)  # fmt: skip
def test_case_368_keys_that_are_none_refuse(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer, key: dict[str, str]
) -> None:
    """RFC 7517 §4: never a 500."""
    idp.answers[KEYS] = published([key | {"kid": idp.keys[0]["kid"]}])
    response = present(program, idp.assertion(program.key, world.owner.email))
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_grant"
