"""A stand-in for chatgpt.com: a real https site that starts the flow in a popup window.

Chromium is configured to find chatgpt.com here; the certificate is created for the test.
"""

from __future__ import annotations

import datetime as dt
import html
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.clients.assistant import Assistant
from tests.http_servers import serving

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Apps &amp; Connectors</title>
<style>body{{font:16px system-ui;margin:10vh auto;max-width:36rem}}button{{font:inherit;padding:.6em 1.4em}}
pre{{background:#f4f4f4;padding:1em;white-space:pre-wrap}}</style>
<h1>Apps &amp; Connectors</h1><p>Fracttal One: <b id="status">{status}</b></p>{body}"""
CONNECT = """<button id="connect" data-address="{address}">Connect</button><script>
document.getElementById("connect").onclick = (event) =>
  window.open(event.target.dataset.address, "authorize", "popup,width=520,height=760");
window.addEventListener("message", (event) => {{ if (event.data === "connected") location = "/ask"; }});
</script>"""
CONNECTED = (
    """<p>You can close this window.</p><script>window.opener?.postMessage("connected", "*")</script>"""
)


class ChatGPT:
    """The state of the site: the assistant behind it, and what the person asks."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.assistant: Assistant | None = None

    def answer(self, path: str) -> tuple[int, str]:
        assistant = self.assistant
        if assistant is None:
            return 404, PAGE.format(status="Not set up", body="")
        if path.startswith("/connector/oauth/") and "error=" in path:
            return 200, PAGE.format(status="Refused", body="")
        if path.startswith("/connector/oauth/"):
            redeemed = assistant.redeem("https://chatgpt.com" + path)
            status = "Connected" if redeemed.status_code == 200 else "Failed"
            return 200, PAGE.format(status=status, body=CONNECTED)
        if path == "/ask":
            answer = assistant.post(
                "tools/call", name="list_work_orders", arguments={"status": ["in_process"], "limit": 3}
            )
            if answer.status_code == 401:
                return 200, PAGE.format(status="Reconnect", body="<p>The connection has ended.</p>")
            orders = answer.json()["result"]["structuredContent"]["work_orders"]
            rows = "".join(f"<li>{html.escape(str(order['folio']))}</li>" for order in orders)
            return 200, PAGE.format(status="Connected", body=f"<p>Open work orders:</p><ul>{rows}</ul>")
        address = html.escape(assistant.authorization_address(), quote=True)
        return 200, PAGE.format(status="Not connected", body=CONNECT.format(address=address))


@contextmanager
def chatgpt(directory: Path) -> Iterator[ChatGPT]:
    certificate = directory / "chatgpt.pem"
    certificate.write_bytes(_self_signed("chatgpt.com"))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, page = site.answer(self.path)
            body = page.encode()
            self.send_response(status)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    site = ChatGPT(server.server_address[1])
    with serving(server):
        yield site


def _self_signed(host: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
