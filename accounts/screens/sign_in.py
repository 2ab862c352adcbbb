"""The views of django-allauth that are served, with what sign-in needs besides: headers, and the way back.

`next` is where the person was going. It is carried through every step, each tab with its own, and through
the mail with which a password is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from allauth.account.views import (
    PasswordResetFromKeyDoneView,
    PasswordResetFromKeyView,
    PasswordResetView,
)
from allauth.mfa.base.views import AuthenticateView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.company_forms import of_the_person
from accounts.verified_addresses import mark_verified

AnyView = Callable[..., HttpResponse]
ASKED_HERE = "password_asked_for"  # in the session: the way back of a reset that this browser asked for


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


def way_back(request: HttpRequest) -> str:
    """The `next` of an address or a form, if it stays on this site."""
    return get_next_redirect_url(request) or ""


def each_with_its_way_back(view: AnyView) -> AnyView:
    """For the two steps of sign-in, between which the library keeps one way back for the whole session."""

    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        steps = {reverse("account_login"), reverse("mfa_authenticate")}
        if isinstance(response, HttpResponseRedirect) and response.url in steps:
            response["Location"] = passthrough_next_redirect_url(request, response.url, REDIRECT_FIELD_NAME)
        return response

    return served


class SecondStep(AuthenticateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"way_back": way_back(self.request)}


class PasswordReset(PasswordResetView):
    def get_success_url(self) -> str:
        """The page that says so, and not yet the way back."""
        if target := way_back(self.request):
            self.request.session[ASKED_HERE] = target
        done: str = self.passthrough_next_url(reverse("account_reset_password_done"))
        return done


class PasswordChosen(PasswordResetFromKeyView):
    def form_valid(self, form: Any) -> HttpResponse:
        """Whoever has the link of the message reads the mailbox."""
        response: HttpResponse = super().form_valid(form)
        mark_verified(self.reset_user)
        return response

    def get_success_url(self) -> str:
        """Straight on in the browser that asked; in another one a page says how to go on."""
        target = way_back(self.request)
        if target and self.request.session.get(ASKED_HERE) == target:
            return target
        done: str = self.passthrough_next_url(reverse("account_reset_password_from_key_done"))
        return done


class PasswordChosenElsewhere(PasswordResetFromKeyDoneView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"way_back": way_back(self.request)}
