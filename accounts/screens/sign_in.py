"""The views of django-allauth that we serve, with the headers and the `next` handling that sign-in needs.

`next` is the person's destination. Each tab carries its own through every step, and through the mail for
choosing a password.
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
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.adapter import is_request
from accounts.company_forms import of_the_person
from accounts.current import signed_in_user
from accounts.verified_addresses import mark_verified

AnyView = Callable[..., HttpResponse]
ASKED_HERE = "password_asked_for"  # session key: the `next` of a password reset that this browser requested


def in_popup(view: AnyView) -> AnyView:
    """Keep the connection to the window that opened this one, and forbid caching.

    An assistant opens sign-in and consent as a popup and waits for it. With Django's default
    `Cross-Origin-Opener-Policy: same-origin` it would lose the popup.
    """

    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
        return response

    return never_cache(served)


def sign_in_view(view: AnyView) -> AnyView:
    """Wrap a sign-in view; it concerns the person, so the company of the form does not matter."""
    return of_the_person(in_popup(view))


def way_back(request: HttpRequest) -> str:
    """Return the `next` of the URL or the form, if it stays on this site."""
    return get_next_redirect_url(request) or ""


def each_with_its_way_back(view: AnyView) -> AnyView:
    """Carry `next` in the URL between the two steps of sign-in.

    The library stores one `next` for the whole session, which tabs would overwrite.
    """

    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        steps = {reverse("account_login"), reverse("mfa_authenticate")}
        if isinstance(response, HttpResponseRedirect) and response.url in steps:
            response["Location"] = passthrough_next_redirect_url(request, response.url, REDIRECT_FIELD_NAME)
        return response

    return served


def saying_who_left(view: AnyView) -> AnyView:
    """Say which account was signed out, on the sign-in page of a waiting authorization request."""

    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        email = signed_in_user(request).email if request.user.is_authenticated else ""
        response = view(request, *args, **kwargs)
        if email and not request.user.is_authenticated and is_request(way_back(request)):
            messages.info(request, _("You signed out as %(email)s.") % {"email": email})
        return response

    return served


class SecondStep(AuthenticateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"way_back": way_back(self.request)}


class PasswordReset(PasswordResetView):
    def get_success_url(self) -> str:
        """Go to the page that says a mail was sent; `next` is followed later."""
        if target := way_back(self.request):
            self.request.session[ASKED_HERE] = target
        done: str = self.passthrough_next_url(reverse("account_reset_password_done"))
        return done


class PasswordChosen(PasswordResetFromKeyView):
    def form_valid(self, form: Any) -> HttpResponse:
        """Set the password, and mark the address as verified: the person opened the mailed link."""
        response: HttpResponse = super().form_valid(form)
        mark_verified(self.reset_user)
        return response

    def get_success_url(self) -> str:
        """Continue to `next` in the browser that requested the mail.

        Another browser gets a page that explains how to go on.
        """
        target = way_back(self.request)
        if target and self.request.session.get(ASKED_HERE) == target:
            return target
        done: str = self.passthrough_next_url(reverse("account_reset_password_from_key_done"))
        return done


class PasswordChosenElsewhere(PasswordResetFromKeyDoneView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"way_back": way_back(self.request)}
