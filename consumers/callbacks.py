"""Rules for the callback URLs (redirect URIs) that a consumer may register and that a request may name."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consumers.app_callbacks import check_app_callback

MAX_CALLBACKS = 20
MAX_LENGTH = 500
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
# Loopback literals for which a native program picks a new port each time (RFC 8252 §7.3). `localhost` is not
# one of them (RFC 8252 §8.3): an administrator can enter its port.
_LITERALS = frozenset({"127.0.0.1", "[::1]"})
_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]+\Z")
_SEVERAL = re.compile(r"[,;][a-z]+://", re.IGNORECASE)
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+\Z")
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_DOT_SEGMENT = re.compile(r"/(\.|%2e){1,2}(/|\Z)", re.IGNORECASE)
_PREFIXES = {
    "https://chatgpt.com/": gettext_lazy(
        "ChatGPT gives each app its own callback, for example "
        "https://chatgpt.com/connector/oauth/AbC123. Copy the whole URL from ChatGPT."
    )
}


def validate_callback(url: str) -> str:
    """Return the URL as it will be compared, byte for byte. The ValidationError says what to change."""
    url = url.strip()
    if len(url) > MAX_LENGTH:
        raise ValidationError(_("Shorten the callback URL to %(limit)d characters.") % {"limit": MAX_LENGTH})
    if "*" in url:
        raise ValidationError(_("Write out the full callback URL: wildcards (*) are not allowed."))
    if "#" in url:
        raise ValidationError(_("Remove everything from # on: a callback URL has no fragment."))
    if not _ALLOWED.match(url) or _SEVERAL.search(url):
        raise ValidationError(
            _("Enter one complete URL in plain characters, without spaces. Each URL has its own field.")
        )
    if url in _PREFIXES or f"{url}/" in _PREFIXES:
        raise ValidationError(str(_PREFIXES[url if url in _PREFIXES else f"{url}/"]))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValidationError(_("Correct the host or the port: it is not valid.")) from error
    _check_scheme(url, parts)
    if parts.scheme not in {"http", "https"}:
        check_app_callback(url)
        return url
    _check_origin(url, parts, port)
    if origin_of(url) == settings.PUBLIC_URL:
        raise ValidationError(
            _("This is an address of this server. Copy the callback URL from the assistant instead.")
        )
    if parts.path or not is_loopback(url):  # VS Code registers http://127.0.0.1:33418 without a path
        _check_path(parts)
    return url


def _check_scheme(url: str, parts: SplitResult) -> None:
    if not parts.scheme or (parts.scheme in {"http", "https"} and not parts.netloc):
        raise ValidationError(_("Begin the callback URL with https://, as the assistant shows it."))
    if not url.startswith(f"{parts.scheme}:"):  # urlsplit makes the scheme lower case
        raise ValidationError(_("Write the scheme and the host in lower case."))


def _check_origin(url: str, parts: SplitResult, port: int | None) -> None:
    if "@" in parts.netloc:
        raise ValidationError(_("Remove the user name before @."))
    if not url.startswith(f"{parts.scheme}://{parts.netloc}") or parts.netloc != parts.netloc.lower():
        raise ValidationError(_("Write the scheme and the host in lower case."))
    host, separator, port_text = _host_and_port(parts.netloc)
    if separator and (port is None or port == 0 or str(port) != port_text):
        raise ValidationError(_("Correct the port: a number from 1 to 65535, or none."))
    if parts.scheme == "http":
        if host not in LOOPBACK_HOSTS:
            raise ValidationError(
                _("Use https://. Plain http:// is allowed only for localhost, 127.0.0.1 and [::1].")
            )
        return
    if host in LOOPBACK_HOSTS:
        return
    if _is_address(host):
        raise ValidationError(_("Use a host name instead of an IP address."))
    if not _HOST_NAME.match(host) or len(host) > 253:
        raise ValidationError(_("Enter a complete host name, for example chatgpt.com."))


def _check_path(parts: SplitResult) -> None:
    if not parts.path:
        raise ValidationError(_("Add the path: https://example.com/callback, not just the host."))
    if _DOT_SEGMENT.search(parts.path):
        raise ValidationError(_("Write the path without . and .. segments."))
    if re.search(r"%(?![0-9A-Fa-f]{2})", parts.path + parts.query):
        raise ValidationError(_("Correct the percent sign: two hexadecimal digits must follow it."))


def _host_and_port(netloc: str) -> tuple[str, str, str]:
    host, separator, port = netloc.rpartition(":")
    if not separator or port.endswith("]"):
        return netloc, "", ""
    return host, separator, port


def _is_address(host: str) -> bool:
    """Say whether the host is an IP address, also as resolvers accept it: 2130706433, 0x7f.1, 127.1."""
    if host.startswith("["):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        last = host.rsplit(".", 1)[-1]
        return last.isdigit() or last.startswith("0x")
    return True


def check_callbacks(urls: Iterable[str]) -> list[str]:
    """Validate the URLs; return them in order, without duplicates and empty entries."""
    distinct = list(dict.fromkeys(validate_callback(url) for url in urls if url.strip()))
    if len(distinct) > MAX_CALLBACKS:
        raise ValidationError(_("Keep at most %(limit)d callback URLs.") % {"limit": MAX_CALLBACKS})
    return distinct


def is_registered(requested: str, registered: Iterable[str], any_port: frozenset[str] = _LITERALS) -> bool:
    """Compare the URLs byte for byte (RFC 9700 §2.1); only the port of a loopback callback may differ.

    `any_port` lists the hosts for which the port is ignored. For them an empty path equals "/"
    (RFC 3986 §6.2.3), because VS Code registers one and sends the other.
    """
    registered = list(registered)
    if requested in registered:
        return True
    loopback = _without_port(requested, any_port)
    return loopback is not None and any(loopback == _without_port(url, any_port) for url in registered)


def is_loopback(url: str) -> bool:
    return _without_port(url, LOOPBACK_HOSTS) is not None


def _without_port(url: str, hosts: frozenset[str]) -> str | None:
    """Return the callback without its port if its host is one of `hosts`, otherwise None."""
    if not url.startswith("http://") or len(url) > MAX_LENGTH:
        return None
    netloc, _slash, rest = url.removeprefix("http://").partition("/")
    host, separator, port = _host_and_port(netloc)
    if host not in hosts:
        return None
    if separator and not (_PORT.fullmatch(port) and int(port) <= 65535):
        return None
    return f"http://{host}/{rest}"


def origin_of(url: str) -> str:
    """Return scheme, host and port, or only the scheme (with its colon) for a URL that has no host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"


def display_host(url: str) -> str:
    """Return the host in punycode, so that look-alike letters are visible to the person who decides.

    For a program on the computer, return the scheme: it alone decides which program receives the answer, and
    the program can put any text in the position of the host.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "") if parts.scheme in {"http", "https"} else parts.scheme
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ascii(host)
