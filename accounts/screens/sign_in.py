"""The views of django-allauth that are served, with the headers that sign-in needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.company_forms import of_the_person

AnyView = Callable[..., HttpResponse]


def in_popup(view: AnyView) -> AnyView:
    """Keeps the tie to the window that opened this one, and leaves nothing in caches.

    An assistant opens sign-in and consent as a popup and waits for it: with Django's
    default `Cross-Origin-Opener-Policy: same-origin` it would lose sight of the popup.
    """

    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
        return response

    return never_cache(served)


def sign_in_view(view: AnyView) -> AnyView:
    """Sign-in is about the person, whatever company a form was drawn in."""
    return of_the_person(in_popup(view))
