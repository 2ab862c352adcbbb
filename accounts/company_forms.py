"""Accepts a form only in the company for which it was drawn.

The tag `csrf_token` (accounts/templatetags/company_forms.py) writes the company into every form. A view that
writes data of a company runs only if that is still the company of the session. Otherwise nothing is saved,
and the page says which company the form belongs to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.current import SESSION_KEY, CompanyNotChosen, shell_of
from accounts.models import Membership

DRAWN_FOR = "drawn_for"
RETURN_THERE = "return_there"  # the button that switches back to the form's company and sends the form again
_MARK = "of_the_person"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Fields that are not repeated on the page; the person has to type them again.
_SECRETS = ("secret", "password")

AnyView = TypeVar("AnyView", bound=Callable[..., HttpResponse])


def of_the_person(view: AnyView) -> AnyView:
    """Mark a view that writes no company's data, or whose record names the company itself."""
    setattr(view, _MARK, True)
    return view


def is_of_the_person(view: Callable[..., Any]) -> bool:
    return bool(getattr(view, _MARK, False))


class CompanyFormsMiddleware:
    """Checks the company of a form before the view runs.

    Views for programs carry no CSRF token and have no forms, so they are not checked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method in _SAFE or getattr(view, "csrf_exempt", False) or is_of_the_person(view):
            return None
        if not request.user.is_authenticated:
            return None
        shell = shell_of(request)
        drawn_for = request.POST.get(DRAWN_FOR, "")
        if shell.membership is not None and drawn_for == str(shell.membership.company_id):
            return None
        if not shell.memberships:
            return None  # without a company the views refuse by missing permission
        belongs = next((place for place in shell.memberships if drawn_for == str(place.company_id)), None)
        if belongs is not None and RETURN_THERE in request.POST:
            request.session[SESSION_KEY] = belongs.company_id
            del shell.membership  # computed again on the next read
            return None
        return refused(request, belongs)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, CompanyNotChosen):
            htmx: HtmxDetails | None = getattr(request, "htmx", None)
            if htmx:  # htmx asked for a part of a page: reload the whole page, which asks for the company
                return HttpResponseClientRedirect(htmx.current_url_abs_path or "/")
            return render(request, "accounts/choose_company.html", status=409)
        return None


def refused(request: HttpRequest, belongs: Membership | None) -> HttpResponse:
    """Show the form's company.

    `belongs` is the person's membership there; only such a company may be named.
    """
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", DRAWN_FOR} and not any(word in name for word in _SECRETS)
    ]
    secret = any(word in name and request.POST[name] for name in request.POST for word in _SECRETS)
    partial = "#panel" if getattr(request, "htmx", None) else ""
    context = {"belongs": belongs, "typed": typed, "secret": secret}
    return render(request, f"409.html{partial}", context, status=409)
