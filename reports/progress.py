"""How far a download has come, for the page that asked for it.

The count is in the cache of the installation for some minutes. Without it the file is made all the same, so
what is lost with the cache is only the message.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.current import sign_in_required, signed_in_user
from reports.asked import Page

KEPT_SECONDS = 600
MOST_UNKNOWN = 10  # polls after which the page no longer waits for a count
_NAME = re.compile(r"[A-Za-z0-9_-]{8,32}")


@dataclass(frozen=True, slots=True)
class Progress:
    """`total` is None where the list does not say how many records it has."""

    read: int
    total: int | None
    ended: bool = False


def new_name() -> str:
    """Return the name under which a page asks for the progress of its download."""
    return secrets.token_urlsafe(9)


def counted(pages: Iterator[Page], user_id: int, name: str) -> Iterator[Page]:
    """Yield the pages, and keep for the person how many records they had."""
    if not _NAME.fullmatch(name):
        yield from pages
        return
    read, total = 0, None
    try:
        for page in pages:
            read += len(page.table.rows)
            total = page.answer.get("total")
            cache.set(_key(user_id, name), Progress(read, total), KEPT_SECONDS)
            yield page
    finally:
        cache.set(_key(user_id, name), Progress(read, total, ended=True), KEPT_SECONDS)


def forget(user_id: int, name: str) -> None:
    if _NAME.fullmatch(name):
        cache.delete(_key(user_id, name))


def _key(user_id: int, name: str) -> str:
    return f"report-progress:{user_id}:{name}"


@require_safe
@sign_in_required
def progress(request: HttpRequest, name: str) -> HttpResponse:
    """The message, which asks again each second until the file is made."""
    found: Progress | None = None
    if _NAME.fullmatch(name):
        found = cache.get(_key(signed_in_user(request).pk, name))
    sent = request.GET.get("polls", "0")
    polls = int(sent) if sent.isdecimal() and len(sent) <= 2 else MOST_UNKNOWN
    context = {
        "name": name,
        "progress": found,
        "polls": 0 if found else polls + 1,
        "asks_again": polls < MOST_UNKNOWN if found is None else not found.ended,
    }
    answer = render(request, "reports/progress.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
