"""Case 210: the product speaks to an upstream only over TLS that proves who it is."""

from __future__ import annotations

import datetime as dt
import json
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.blackbox.product import Engine, product
from tests.blackbox.upstream import ASSETS
from tests.blackbox.witness import Witness, outcome_of
from tests.http_servers import serving
from tests.process.databases import free_port

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
Made = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def certificate(issuer: Made | None, host: str, *, ends: dt.timedelta = DAY, authority: bool = False) -> Made:
    """Make a certificate for a host; without an issuer it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[0].subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 30 * DAY)
        .not_valid_after(NOW + ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def stored(made: Made, file: Path) -> Path:
    cert, key = made
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + cert.public_bytes(serialization.Encoding.PEM)
    )
    return file


@contextmanager
def https(port: int, file: Path, most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Iterator[list[str]]:
    """Serve assets. Yield the paths of the requests that arrived."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            body = json.dumps({"success": True, "message": "200", "data": ASSETS[:1], "total": 1}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Clients end handshakes here on purpose."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings(action="ignore"):  # old versions, on purpose
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = most
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(file)
    server = Server(("127.0.0.1", port), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield seen


@pytest.mark.timeout(600)
def test_case_210_an_upstream_that_does_not_prove_who_it_is(tmp_path: Path) -> None:
    """OWASP ASVS 12.3.2: expired, of another name, by nobody we know, too old: nothing is sent."""
    authority = certificate(None, "Our authority", authority=True)
    stranger = certificate(None, "Some authority", authority=True)
    known = tmp_path / "known.pem"
    known.write_bytes(authority[0].public_bytes(serialization.Encoding.PEM))
    good = stored(certificate(authority, "localhost"), tmp_path / "good.pem")
    wrong = {
        "expired": stored(certificate(authority, "localhost", ends=-DAY), tmp_path / "expired.pem"),
        "another name": stored(certificate(authority, "other.example"), tmp_path / "name.pem"),
        "self-signed": stored(certificate(None, "localhost"), tmp_path / "self.pem"),
        "unknown authority": stored(certificate(stranger, "localhost"), tmp_path / "unknown.pem"),
    }
    port = free_port()
    address = {"UPSTREAM_URL": f"https://localhost:{port}/api", "SSL_CERT_FILE": str(known)}
    with product(Engine("sqlite", 1), tmp_path / "product", **address) as system:
        witness = Witness(system)
        with https(port, good) as seen:
            assert outcome_of(witness.read()) == "done"
            assert seen
        for what, file in wrong.items():
            with https(port, file) as seen:
                assert outcome_of(witness.read()) == "upstream_unavailable", what
                assert seen == [], what
        with https(port, good, ssl.TLSVersion.TLSv1_1) as seen:
            assert outcome_of(witness.read()) == "upstream_unavailable"
            assert seen == []
