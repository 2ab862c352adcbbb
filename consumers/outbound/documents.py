"""Fetches the JSON documents that programs and issuers publish, within a few seconds."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from django.apps import apps

from consumers.apps import ConsumersConfig
from consumers.outbound.addresses import resolve_public
from consumers.outbound.client import Exchange, Reply, Resolve
from consumers.security_log import note

TOTAL_SECONDS = 4.0
MAX_BYTES = 16 * 1024
# Bounds in seconds for how long a document may be cached. Without cache headers the longer time applies.
MIN_AGE, MAX_AGE = 300, 24 * 3600
_WAIT_FOR_PLACE_SECONDS = 1.0
_JSON = re.compile(r"application/([^;,]+\+)?json", re.IGNORECASE)


class Unavailable(Exception):
    """The document cannot be used. `reason` is one of our own codes, never text of the other side."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Fetcher:
    """One fetch, which another thread can end with `cut`. `resolve` must return public addresses only."""

    def __init__(self, resolve: Resolve | None = None, context: ssl.SSLContext | None = None) -> None:
        self._resolve = resolve or resolve_public
        self._context = context or ssl.create_default_context()
        # `fetch` below cuts it earlier; this limit protects other callers.
        self._exchange = Exchange(
            lambda host, port: self._resolve(host, port), self._context, TOTAL_SECONDS + 1
        )

    def fetch(self, url: str) -> tuple[dict[str, Any], int]:
        """Return the JSON object and for how many seconds it may be cached.

        Raises ValueError, Unreachable, NoReply.
        """
        _check_url(url)
        accept = {"Accept": "application/json, application/*+json"}
        return _read(self._exchange.send("GET", url, accept, None, limit=MAX_BYTES))

    def cut(self) -> None:
        self._exchange.cut()


def _check_url(url: str) -> None:
    """Check the URL as draft-ietf-oauth-client-id-metadata-document §3 says, also for issuers' documents."""
    parts = urlsplit(url)  # reading an invalid port raises ValueError
    if parts.scheme != "https" or not parts.hostname or not parts.path or parts.port == 0:
        raise ValueError("not an https URL with a path")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("a URL with credentials or a fragment")
    if any(segment in {".", ".."} for segment in parts.path.split("/")):
        raise ValueError("a URL with dot segments")


def _read(reply: Reply) -> tuple[dict[str, Any], int]:
    media_type = reply.headers.get("Content-Type", "").partition(";")[0].strip()
    if reply.status != 200 or not _JSON.fullmatch(media_type):
        raise ValueError("no JSON document")
    data = json.loads(reply.body)
    if not isinstance(data, dict):
        raise ValueError("no JSON object")
    return data, _age(reply.headers.get("Cache-Control", "").lower())


def _age(cache_control: str) -> int:
    if "no-store" in cache_control or "no-cache" in cache_control:
        return MIN_AGE
    named = re.search(r"max-age\s*=\s*(\d{1,9})", cache_control)
    return max(MIN_AGE, min(int(named[1]), MAX_AGE)) if named else MAX_AGE


# Tests replace this with a fetcher that reaches a server on this machine.
new_fetcher: Callable[[], Fetcher] = Fetcher


def fetches_at_once() -> threading.BoundedSemaphore:
    """Return the semaphore that limits the fetches of this process."""
    return cast(ConsumersConfig, apps.get_app_config("consumers")).document_fetches


def fetch(url: str) -> tuple[dict[str, Any], int]:
    """Return the JSON object at the URL and for how many seconds it may be cached. Raises Unavailable."""
    places = fetches_at_once()
    if not places.acquire(timeout=_WAIT_FOR_PLACE_SECONDS):
        raise Unavailable("busy")
    fetcher = new_fetcher()
    found: list[tuple[dict[str, Any], int]] = []

    def run() -> None:
        try:
            found.append(fetcher.fetch(url))
        except Exception as error:  # noqa: BLE001 - odd certificates, names and nesting raise of everything
            note("client document not read", kind=type(error).__name__)
        finally:
            places.release()  # released only now: a name lookup that hangs still counts

    # A daemon thread, so that neither the answer nor the end of the process waits for a name server.
    thread = threading.Thread(target=run, name="client-document", daemon=True)
    thread.start()
    thread.join(TOTAL_SECONDS)
    late = thread.is_alive()
    if late:
        fetcher.cut()
    if not found:
        raise Unavailable("too_slow" if late else "unreachable")
    return found[0]
