"""For which company a signed-in person works right now, and what the person may do there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import Company, Invitation, Membership, User

CONFIGURE = "configuration:edit"
SESSION_KEY = "company"


class CompanyNotChosen(Exception):
    """The membership in which this session worked has ended; the person must choose another company."""


P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class Shell:
    """What every signed-in page needs to know; worked out at most once a request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def _signed_in(self) -> bool:
        """A request that is refused early, as for its Host, has no user, and its page asks all the same."""
        return hasattr(self._request, "user") and self._request.user.is_authenticated

    @cached_property
    def memberships(self) -> list[Membership]:
        """The active ones, in the order of joining, so that the name of a company decides nothing."""
        if not self._signed_in:
            return []
        return list(
            Membership.objects.filter(user=signed_in_user(self._request), active=True)
            .select_related("company", "permission_group")
            .order_by("created_at", "pk")
        )

    @cached_property
    def membership(self) -> Membership | None:
        """That of the company in which this session works: the one joined first, until the person chooses.

        It is kept in the session, so that no change of somebody else's takes the person elsewhere.
        """
        if not self.memberships:
            return None
        session = self._request.session
        if SESSION_KEY not in session:
            session[SESSION_KEY] = self.memberships[0].company_id
        chosen = session[SESSION_KEY]
        return next((place for place in self.memberships if place.company_id == chosen), None)

    @property
    def must_choose(self) -> bool:
        """Whether the membership in which this session worked has ended, and there are others."""
        return bool(self.memberships) and self.membership is None

    @cached_property
    def left(self) -> Company | None:
        """The company of the membership that ended."""
        if not self.must_choose:
            return None
        mine = Company.objects.filter(memberships__user=signed_in_user(self._request))
        return mine.filter(pk=self._request.session[SESSION_KEY]).first()

    @cached_property
    def invitations(self) -> int:
        """How many wait for the person's answer."""
        if not self._signed_in:
            return 0
        return Invitation.objects.waiting_for(signed_in_user(self._request)).count()

    @property
    def rights(self) -> frozenset[str]:
        return self.membership.rights if self.membership else frozenset()

    @property
    def may_configure(self) -> bool:
        return CONFIGURE in self.rights


def shell_of(request: HttpRequest) -> Shell:
    shell: Shell | None = getattr(request, "shell_of_page", None)
    if shell is None:
        shell = Shell(request)
        request.shell_of_page = shell  # type: ignore[attr-defined]  # one for the whole request
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


def signed_in_at(request: HttpRequest) -> int | None:
    """When the person last showed a password or code in this session, in seconds since 1970."""
    user = signed_in_user(request)
    times = [record["at"] for record in get_authentication_records(request, user) if "at" in record]
    if times:
        return int(max(times))
    return int(user.last_login.timestamp()) if user.last_login else None


def chosen_membership(request: HttpRequest) -> Membership | None:
    """The current one of a person who has any; asks which where the session's has ended."""
    shell = shell_of(request)
    if shell.must_choose:
        raise CompanyNotChosen
    return shell.membership


def acting_membership(request: HttpRequest) -> Membership:
    """The current membership where there must be one; 403 for a person without a company."""
    membership = chosen_membership(request)
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
            if right not in acting_membership(request).rights:
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
