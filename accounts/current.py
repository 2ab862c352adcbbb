"""The company in which a signed-in person works now, and the person's rights there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import Company, Invitation, Membership, User
from accounts.rights import CONFIGURE as CONFIGURE
from accounts.security_policy import SecurityPolicy, policy_of
from accounts.sign_in_rules import admits_address, must_use_two_step
from listing.counting import number_of

SESSION_KEY = "company"


class CompanyNotChosen(Exception):
    """The membership in which this session worked has ended, so the person must choose another company."""


P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class Shell:
    """What every signed-in page needs; each part is computed at most once per request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def _signed_in(self) -> bool:
        """Say whether a person is signed in.

        A request refused early (for its Host) has no user, yet its page asks.
        """
        return hasattr(self._request, "user") and self._request.user.is_authenticated

    @cached_property
    def memberships(self) -> list[Membership]:
        """Return the active memberships by date of joining, so that company names do not matter.

        A company that does not allow the person's e-mail address is left out, and one that is switched off
        unless the person may configure it.
        """
        return [place for place in self._active if _admits(place, place.user.email)]

    @cached_property
    def _active(self) -> list[Membership]:
        """Return the active memberships, each with what the frame of every page shows.

        That is one query: how many invitations wait for the person is counted in it, and what waits for an
        administrator of the company. The connection of the company is joined for the pages that ask for it.
        """
        if not self._signed_in:
            return []
        user = signed_in_user(self._request)
        waiting = import_string(settings.WAITING_IN_COMPANY)()
        mine: list[Membership] = list(
            Membership.objects.filter(user=user, active=True)
            .select_related("company__security_policy", "company__api_connection", "permission_group")
            .annotate(invitations=number_of(Invitation.objects.waiting_for(user)), **waiting)
            .order_by("created_at", "pk")
        )
        for place in mine:
            place.user = user
        return mine

    @cached_property
    def switched_off(self) -> list[str]:
        """Return the names of the person's companies that are switched off and shut the person out."""
        if not self._signed_in or self.memberships:
            return []
        off = Membership.objects.filter(user=signed_in_user(self._request), active=True)
        off = off.exclude(company__security_policy__switched_off_at=None).order_by("pk")
        return list(off.values_list("company__name", flat=True))

    @cached_property
    def must_set_up_two_step(self) -> bool:
        """Say whether a company asks for two-step sign-in that the person has not set up."""
        return any(map(must_use_two_step, self.memberships)) and not is_mfa_enabled(
            signed_in_user(self._request)
        )

    @cached_property
    def membership(self) -> Membership | None:
        """Return the membership of the session's company: the first joined until the person chooses another.

        The company is stored in the session, so that changes by other people never switch it.
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
        """Say whether the session's membership has ended and the person has others."""
        return bool(self.memberships) and self.membership is None

    @cached_property
    def left(self) -> Company | None:
        """Return the company whose membership ended."""
        if not self.must_choose:
            return None
        mine = Company.objects.filter(memberships__user=signed_in_user(self._request))
        return mine.filter(pk=self._request.session[SESSION_KEY]).first()

    @cached_property
    def invitations(self) -> int:
        """Return how many invitations wait for the person's answer."""
        if self._active:
            return int(self._active[0].invitations)  # type: ignore[attr-defined]  # an annotation
        if not self._signed_in:
            return 0
        return Invitation.objects.waiting_for(signed_in_user(self._request)).count()

    @property
    def policy(self) -> SecurityPolicy | None:
        return policy_of(self.membership.company) if self.membership else None

    @property
    def rights(self) -> frozenset[str]:
        return self.membership.rights if self.membership else frozenset()

    @property
    def may_configure(self) -> bool:
        return CONFIGURE in self.rights


def _admits(place: Membership, email: str) -> bool:
    policy = policy_of(place.company)
    return admits_address(policy.allowed_domains, email) and (not policy.is_off or CONFIGURE in place.rights)


def shell_of(request: HttpRequest) -> Shell:
    shell: Shell | None = getattr(request, "shell_of_page", None)
    if shell is None:
        shell = Shell(request)
        request.shell_of_page = shell  # type: ignore[attr-defined]  # one for the whole request
    return shell


def forget_shell(request: HttpRequest) -> None:
    """Compute the shell anew: the person of the request has changed."""
    request.shell_of_page = None  # type: ignore[attr-defined]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Provide `shell` to templates (a context processor)."""
    return {"shell": shell_of(request)}


def current_membership(request: HttpRequest) -> Membership | None:
    return shell_of(request).membership


def signed_in_user(request: HttpRequest) -> User:
    """Return the user in views behind `sign_in_required` or `require_right`."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def signed_in_at(request: HttpRequest) -> int | None:
    """Return when the person last entered a password or code in this session, in seconds since 1970."""
    user = signed_in_user(request)
    times = [record["at"] for record in get_authentication_records(request, user) if "at" in record]
    if times:
        return int(max(times))
    return int(user.last_login.timestamp()) if user.last_login else None


def chosen_membership(request: HttpRequest) -> Membership | None:
    """Return the current membership, None without a company.

    Raises CompanyNotChosen if the session's one ended.
    """
    shell = shell_of(request)
    if shell.must_choose:
        raise CompanyNotChosen
    return shell.membership


def acting_membership(request: HttpRequest) -> Membership:
    """Return the current membership. A person without a company gets 403."""
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
    """Require sign-in and then this right in the current company; otherwise show the 403 page."""

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
    """Redirect to sign-in, which returns to this page, or to the home page after a POST.

    For an htmx request the whole window is redirected and returns to the page that contains the fragment.
    """
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        sign_in = redirect_to_login(htmx.current_url_abs_path or "/")
        return HttpResponseClientRedirect(sign_in.url)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
