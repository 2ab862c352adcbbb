"""Language and time zone of the signed-in person."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.current import current_membership, signed_in_user


class PersonMiddleware:
    """The person's own language beats cookie and browser; times are those of the company's zone.

    What a person sees is not left in caches, as people of a plant share computers. After
    AuthenticationMiddleware. Requests without a session, as those of machines, pass untouched.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        language = signed_in_user(request).language
        if language:
            # LocaleMiddleware sets it for each request, so nothing stays behind in the thread.
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        membership = current_membership(request)
        zone = ZoneInfo(membership.company.time_zone) if membership else None
        with timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
