"""Language and time zone of the signed-in person."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.current import current_membership, signed_in_user


class PersonMiddleware:
    """Activates the person's language, which overrides cookie and browser, and the company's time zone.

    Responses are not cached, as people of a plant share computers. It must come after
    AuthenticationMiddleware. Requests without a session, such as those of programs, pass through unchanged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        language = signed_in_user(request).language
        if language:
            # LocaleMiddleware sets the language for each request, so this does not leak into the thread's
            # next one.
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        membership = current_membership(request)
        zone = ZoneInfo(membership.company.time_zone) if membership else None
        with timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
