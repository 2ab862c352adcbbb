"""Our settings of django-allauth: sign-in, password reset and rate limits."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from allauth import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import events, second_factors
from accounts.models import Membership, User
from accounts.passwords import forms
from accounts.sign_in_rules import must_use_two_step


class AccountAdapter(DefaultAccountAdapter):
    # The library's text does not say how long; five minutes is its ACCOUNT_RATE_LIMITS["login_failed"].
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many failed sign-ins. Try again in five minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: an administrator of the company invites people."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Accept only a path of this site, whatever hosts the site answers to."""
        return bool(url) and str(url).startswith("/") and is_local_path(str(url))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Hash as often for an unknown e-mail as for a wrong password, so that the time reveals no accounts.

        A wrong password is tried in each form of accounts/passwords.py.
        """
        super().authentication_failed(request, **credentials)
        user = _account_of(request, credentials)
        events.sign_in_refused(request, user, "password_wrong" if user else "account_unknown")
        if user is None:
            for form in forms(str(credentials.get("password") or ""))[1:]:
                make_password(form)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            events.sign_in_refused(request, _account_of(request, credentials), "too_many_attempts")
            raise

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the link on PUBLIC_URL, so that a forged Host header cannot redirect the mail."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        url: str = settings.PUBLIC_URL + path.replace("UID-KEY", key)
        target = get_next_redirect_url(context.request) if context.request else None
        # Anybody can trigger this mail, so the only `next` it may carry is a stored authorization request.
        return f"{url}?{urlencode({'next': target})}" if target and is_request(target) else url

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Continue to the destination of the tab that signed in.

        The session holds that of the tab that began last.
        """
        kwargs["redirect_url"] = get_next_redirect_url(request) or kwargs["redirect_url"]
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def format_email_subject(self, subject: str) -> str:
        return f"Fracttal One MCP: {subject}"

    def send_mail(self, template_prefix: str, email: str, values: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, values | {"public_url": settings.PUBLIC_URL})

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures per account and address, so that a stranger cannot lock the owner out."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{_network_of(self.get_client_ip(request))}"

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Drop the messages about signing in and out; the page that follows shows it."""
        template = kwargs.get("message_template") or (args[0] if args else "")
        if template in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            return
        super().add_message(request, level, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    def is_mfa_enabled(self, user: Any, types: Collection[str] | None = None) -> bool:
        """Answer all questions of a request that changes nothing by one query: pages ask for each type."""
        request = context.request
        if user.is_anonymous or request is None or request.method not in {"GET", "HEAD"}:
            return bool(super().is_mfa_enabled(user, types))
        known: dict[int, set[str]] = request.__dict__.setdefault("second_factors", {})
        if user.pk not in known:
            mine = Authenticator.objects.filter(user_id=user.pk)
            known[user.pk] = set(mine.values_list("type", flat=True))
        return bool(known[user.pk] if types is None else known[user.pk].intersection(types))

    def encrypt(self, text: str) -> str:
        return second_factors.sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factors.opened(encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Refuse to turn two-step sign-in off while one of the person's companies asks for it."""
        mine = Membership.objects.filter(user=authenticator.user_id, active=True)
        places = mine.select_related("company__security_policy", "permission_group")
        return not any(map(must_use_two_step, places))


def _account_of(request: HttpRequest, credentials: Mapping[str, Any]) -> User | None:
    """Return the account that somebody tries to enter; of somebody signed in, who confirms, the own one."""
    if request.user.is_authenticated:
        return request.user
    return User.objects.filter(email__iexact=credentials.get("email") or "").first()


def _network_of(address: str) -> str:
    """Return the network of an IPv6 address, since one line has a whole network.

    It counts as one address, as at the library's other limits.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return address
    return str(ipaddress.ip_network(f"{address}/{app_settings.RATE_LIMIT_IPV6_PREFIX}", strict=False))


def is_request(path: str) -> bool:
    """Say whether a path is that of a stored authorization request."""
    try:
        return resolve(path).url_name == settings.WAY_BACK
    except Resolver404:
        return False


def is_local_path(url: str) -> bool:
    """Say whether a browser that follows this URL stays on this site."""
    return url_has_allowed_host_and_scheme(url, allowed_hosts=None)
