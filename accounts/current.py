"""For which company a signed-in person works right now, and what the person may do there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import Membership, User

CONFIGURE = "configuration:edit"
SESSION_KEY = "company"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class Shell:
    """What every signed-in page needs to know; worked out at most once a request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def memberships(self) -> list[Membership]:
        """The active ones, by the name of the company."""
        if not self._request.user.is_authenticated:
            return []
        return list(
            Membership.objects.filter(user=signed_in_user(self._request), active=True)
            .select_related("company", "permission_group")
            .order_by("company__name", "pk")
        )

    @cached_property
    def membership(self) -> Membership | None:
        """That of the company chosen in this session while it is still active, or else the first."""
        chosen = self._request.session.get(SESSION_KEY) if self.memberships else None
        for membership in self.memberships:
            if membership.company_id == chosen:
                return membership
        return self.memberships[0] if self.memberships else None

    @property
    def rights(self) -> frozenset[str]:
        return self.membership.rights if self.membership else frozenset()

    @property
    def may_configure(self) -> bool:
        return CONFIGURE in self.rights


def shell_of(request: HttpRequest) -> Shell:
    shell: Shell | None = getattr(request, "_shell", None)
    if shell is None:
        shell = Shell(request)
        request._shell = shell  # type: ignore[attr-defined]  # one for the whole request
    return shell


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"shell": shell_of(request)}


def current_membership(request: HttpRequest) -> Membership | None:
    return shell_of(request).membership


def signed_in_user(request: HttpRequest) -> User:
    """For views behind `sign_in_required` or `require_right`."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def acting_membership(request: HttpRequest) -> Membership:
    """The current membership where there must be one; 403 for a person without a company."""
    membership = current_membership(request)
    if membership is None:
        raise PermissionDenied
    return membership


def sign_in_required(view: View[P]) -> View[P]:
    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return checked


def require_right(right: str) -> Callable[[View[P]], View[P]]:
    """Sign-in first, then the right in the current company; without it the 403 page."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if right not in shell_of(request).rights:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Back to this page after sign-in; to the home page where this was not a page.

    What htmx asked for is a part of a page: there the whole window goes to the sign-in, and comes back.
    """
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        sign_in = redirect_to_login(htmx.current_url_abs_path or "/")
        return HttpResponseClientRedirect(sign_in.url)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
