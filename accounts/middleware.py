"""Language and time zone of the signed-in person, and the rules of the companies for signing in."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.current import current_membership, forget_shell, shell_of, signed_in_user
from accounts.sign_in_rules import has_ended


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


# The pages with which a person sets up two-step sign-in, and leaves.
SET_UP = frozenset(
    {
        "mfa_activate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_reauthenticate",
        "account_reauthenticate",
        "account_logout",
        "language",
    }
)


AUTHORIZE = "oauth-authorize"


class SignInRulesMiddleware:
    """Ends a session by the rules of the person's companies, and leads to two-step sign-in where they ask it.

    Until then the session reaches nothing but the set-up. It must come after the middlewares of messages and
    of htmx. Views for programs do not look at the session, so they are left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        shell = shell_of(request)
        if has_ended(request.session, shell.memberships):
            logout(request)
            forget_shell(request)
            messages.info(request, _("Your session has ended. Sign in again to continue."))
        elif shell.must_set_up_two_step and not _is_open(request):
            return _to_set_up(request)
        return self.get_response(request)


def _is_open(request: HttpRequest) -> bool:
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return False
    if found.url_name == AUTHORIZE and request.method == "GET" and is_silent(request):
        return True  # the app wants no page and gets an error: consumers/oauth/authorize.py
    return found.url_name in SET_UP or bool(getattr(found.func, "csrf_exempt", False))


def is_silent(request: HttpRequest) -> bool:
    """Say whether an app asks that no page be shown (`prompt=none`, OpenID Connect Core §3.1.2.1)."""
    asked = request.GET.getlist("prompt")
    return len(asked) == 1 and "none" in asked[0].split(" ")


def _to_set_up(request: HttpRequest) -> HttpResponse:
    """Redirect to the set-up, which then returns to this page, or to the home page after a POST.

    The window that an assistant opened stays tied to it.
    """
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        target = htmx.current_url_abs_path or "/"
    else:
        target = request.get_full_path() if request.method == "GET" else "/"
    url = f"{reverse('mfa_activate_totp')}?{urlencode({'next': target})}"
    response: HttpResponse = HttpResponseClientRedirect(url) if htmx else HttpResponseRedirect(url)
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response["Cache-Control"] = "private, no-store"
    return response
