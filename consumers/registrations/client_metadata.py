"""Parses the client metadata of a registration (RFC 7591 §2), strictly where safety depends on it.

Values that we do not support are left out of the answer, as RFC 7591 §3.2.1 allows. Metadata that would be
unsafe or could not work is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from consumers.callbacks import MAX_CALLBACKS, display_host, validate_callback
from consumers.oauth.client_authentication import OAuthError, content_types

MAX_BODY = 16 * 1024
MAX_NAME = 80
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
_web_address = URLValidator(schemes=["https"])


@dataclass(frozen=True, slots=True)
class ClientMetadata:
    name: str
    callbacks: list[str]
    auth_method: str
    url: str
    privacy_policy_url: str
    licence_url: str


def read_json(request: HttpRequest) -> dict[str, Any]:
    kinds = {kind.partition(";")[0].strip().lower() for kind in content_types(request)}
    if "application/json" not in kinds:
        raise _invalid("Send the metadata as application/json.", 415)
    try:
        body = request.read(MAX_BODY + 1)
    except (UnreadablePostError, OSError) as error:
        raise _invalid("The body could not be read.") from error
    if len(body) > MAX_BODY:
        raise _invalid(f"The metadata is larger than {MAX_BODY} bytes.", 413)
    try:
        data = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _invalid("The body is not JSON in UTF-8.") from error
    if not isinstance(data, dict):
        raise _invalid("Send one JSON object.")
    return data


def checked(data: dict[str, Any]) -> ClientMetadata:
    method = data.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in AUTH_METHODS:
        raise _invalid(f"token_endpoint_auth_method must be one of: {', '.join(AUTH_METHODS)}.")
    if "authorization_code" not in _strings(data, "grant_types", ["authorization_code"]):
        raise _invalid("grant_types must include authorization_code: a person approves each connection.")
    if "code" not in _strings(data, "response_types", ["code"]):
        raise _invalid("response_types must include code.")
    callbacks = _callbacks(data)
    name = data.get("client_name", "")
    if not isinstance(name, str):
        raise _invalid("client_name must be a string.")
    return ClientMetadata(
        # the end of a host name shows its owner
        name=cleaned(name) or display_host(callbacks[0])[-MAX_NAME:],
        callbacks=callbacks,
        auth_method=method,
        url=_link(data, "client_uri"),
        privacy_policy_url=_link(data, "policy_uri"),
        licence_url=_link(data, "tos_uri"),
    )


def cleaned(name: str) -> str:
    """Return a short single line without invisible characters, fit for the consent page."""
    printable = "".join(sign if sign.isprintable() else " " for sign in name[:1000])
    return " ".join(printable.split())[:MAX_NAME].strip()


def _callbacks(data: dict[str, Any]) -> list[str]:
    urls = data.get("redirect_uris")
    if not isinstance(urls, list) or not urls or not all(isinstance(url, str) for url in urls):
        raise OAuthError("invalid_redirect_uri", "redirect_uris must be a list with at least one address.")
    distinct = list(dict.fromkeys(urls))
    if len(distinct) > MAX_CALLBACKS:
        raise OAuthError("invalid_redirect_uri", f"Send at most {MAX_CALLBACKS} redirect_uris.")
    for number, url in enumerate(distinct, 1):
        try:
            fits = validate_callback(url) == url
        except ValidationError:
            fits = False
        if not fits:
            raise OAuthError(
                "invalid_redirect_uri",
                f"Number {number} of redirect_uris cannot be registered. Use https with a host name and a "
                "path, http on localhost, 127.0.0.1 or [::1], or an app's scheme as a reversed domain name.",
            )
    return distinct


def _link(data: dict[str, Any], name: str) -> str:
    """Return a web address for the consent page, or "" if it is not acceptable."""
    value = data.get(name, "")
    if not isinstance(value, str) or len(value) > 500 or not value.isprintable():
        return ""
    try:
        _web_address(value)
        return "" if "@" in urlsplit(value).netloc else value
    except (ValidationError, ValueError):
        return ""


def _strings(data: dict[str, Any], name: str, default: list[str]) -> list[str]:
    value = data.get(name, default)
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _invalid(f"{name} must be a list of strings.")
    return value


def _invalid(why: str, status: int = 400) -> OAuthError:
    return OAuthError("invalid_client_metadata", why, status)
