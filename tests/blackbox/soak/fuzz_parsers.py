"""Coverage-guided inputs for the parsers that read what strangers send (security case 284).

    var/soak/bin/python -m tests.blackbox.soak.fuzz_parsers -runs=100000

Each input goes through every parser. A parser may refuse it in its own way; anything else ends the run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import atheris

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fracttal_mcp.settings")
with atheris.instrument_imports(
    include=["consumers.callbacks", "mcp_gateway.protocol", "accounts.networks", "fracttal_mcp.log_lines"]
):
    import django

    django.setup()
    from django.core.exceptions import ValidationError

    from accounts.networks import parse_address, parse_networks
    from consumers.callbacks import check_callbacks, is_registered
    from consumers.oauth.client_authentication import OAuthError, read_basic
    from fracttal_mcp.log_lines import without_credentials
    from mcp_gateway.calls.errors import GatewayError
    from mcp_gateway.protocol.messages import ProtocolError, decode, message_of
    from mcp_gateway.tools.kit.identifiers import read_code, shown_code
    from mcp_gateway.upstream.http import build_url

CALLBACK = "https://chatgpt.com/connector/oauth/AbC123"
REFUSALS = (ProtocolError, OAuthError, ValidationError, GatewayError)


def message(data: bytes, _text: str) -> None:
    message_of(decode(data))


def basic(_data: bytes, text: str) -> None:
    read_basic(text)
    read_basic(f"Basic {text}")


def callback(_data: bytes, text: str) -> None:
    # This consumer is no program on the person's computer: only the registered bytes are accepted.
    assert is_registered(text, [CALLBACK]) == (text == CALLBACK), text
    check_callbacks([text])


def networks(_data: bytes, text: str) -> None:
    parse_address(text)
    parse_networks(text)


def code(_data: bytes, text: str) -> None:
    read = read_code(shown_code(text))
    if text.isascii() and text.isalnum():
        assert read == text


def url(_data: bytes, text: str) -> None:
    if text:
        built = build_url(["work_orders", text], {"code": text})
        assert built.isascii()
        assert "/../" not in built
        assert "\n" not in built


def line(_data: bytes, text: str) -> None:
    secret = "fms_" + "aB3_" * 11
    assert secret not in without_credentials(f"{text} {secret} {text}")


PARSERS: list[Callable[[bytes, str], None]] = [message, basic, callback, networks, code, url, line]


def one(data: bytes) -> None:
    text = atheris.FuzzedDataProvider(data).ConsumeUnicodeNoSurrogates(200)
    for parser in PARSERS:
        try:
            parser(data, text)
        except REFUSALS:
            continue


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
