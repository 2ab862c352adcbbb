"""Shows a request in the language that its program names (`ui_locales`, OpenID Connect Core §3.1.2.1).

It is the program's guess. What the person chose, in the account or in the menu, counts more, and the
browser's languages count less.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_supported_language_variant

from accounts.current import signed_in_user
from consumers.oauth import ways_back
from consumers.oauth.authorization_request import MAX_QUERY

MOST_TAGS = 20
LONGEST_TAG = 35  # RFC 5646 §4.4.1


class UiLocalesMiddleware:
    """Activates the language on the pages of a request: sign-in with its detours, consent, errors.

    It must come after PersonMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/oauth/authorize", "/accounts/")) and not _has_chosen(request):
            language = best_of(_query(request))
            if language:
                translation.activate(language)
                request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


def best_of(query: str) -> str | None:
    """Return the first language of the query's `ui_locales` in which the pages exist."""
    if len(query) > MAX_QUERY or "ui_locales=" not in query:
        return None
    named = next((value for name, value in parse_qsl(query) if name == "ui_locales"), "")
    for tag in named.split()[:MOST_TAGS]:
        if len(tag) > LONGEST_TAG:
            continue
        try:
            return get_supported_language_variant(tag.lower())
        except LookupError:
            continue
    return None


def _has_chosen(request: HttpRequest) -> bool:
    if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in dict(settings.LANGUAGES):
        return True
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return False
    return bool(signed_in_user(request).language)


def _query(request: HttpRequest) -> str:
    if request.path == reverse("oauth-authorize") and request.method != "POST":
        return str(request.META.get("QUERY_STRING", ""))
    path = request.path
    if not path.startswith("/oauth/authorize/again/"):
        path = request.POST.get(REDIRECT_FIELD_NAME, "") or request.GET.get(REDIRECT_FIELD_NAME, "")
    pending = ways_back.named_by(path) if path else None
    return pending.query if pending else ""
