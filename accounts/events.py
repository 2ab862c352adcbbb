"""What signing in and the account of a person record in the log of events.

The event is in the log of each company that the person belongs to. Where nobody knows whose account is meant,
it is in the log of the installation, and says neither address nor name: people mistype passwords there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import Membership, User
from accounts.networks import address_of
from audit.bounds import within
from audit.chain import append
from audit.kinds import Kind
from audit.models import Outcome
from audit.recording import event_of

MOST_REFUSALS = 10  # a minute, for each account; and for all addresses without an account together


def sign_in_refused(request: HttpRequest, user: User | None, reason: str) -> None:
    if within(f"sign-in-refused:{user.pk if user else 0}:{reason}", MOST_REFUSALS):
        _record(Kind.SIGN_IN_REFUSED, request, user, outcome=Outcome.REFUSED, reason=reason)


def _record(
    kind: Kind,
    request: HttpRequest | None,
    user: User | None,
    *,
    outcome: Outcome = Outcome.DONE,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    mine = Membership.objects.filter(user=user, active=True) if user else Membership.objects.none()
    companies: list[int | None] = [*mine.order_by("company_id").values_list("company_id", flat=True)]
    append(
        [
            event_of(
                kind,
                company_id=company,
                user=user,
                outcome=outcome,
                reason=reason,
                facts=facts,
                address=address_of(request) if request else "",
            )
            for company in companies or [None]
        ]
    )


@receiver(account.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    _record(Kind.SIGNED_IN, request, user)


@receiver(account.user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _record(Kind.SIGNED_OUT, request, user)


@receiver(account.password_changed)
@receiver(account.password_set)
def _password_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    _record(Kind.PASSWORD_CHANGED, request, user)


@receiver(account.password_reset)
def _password_reset(request: HttpRequest, user: User, **kwargs: Any) -> None:
    _record(Kind.PASSWORD_RESET, request, user)


@receiver(mfa.authenticator_added)
def _added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    codes = authenticator.type == Authenticator.Type.RECOVERY_CODES
    _record(Kind.RECOVERY_CODES_MADE if codes else Kind.TWO_STEP_ON, request, user)


@receiver(mfa.authenticator_removed)
def _removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # they go with the app
        _record(Kind.TWO_STEP_OFF, request, user)


@receiver(mfa.authenticator_reset)
def _codes_made_again(request: HttpRequest, user: User, **kwargs: Any) -> None:
    _record(Kind.RECOVERY_CODES_MADE, request, user)


@receiver(mfa.authenticator_used)
def _used(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        _record(Kind.RECOVERY_CODE_USED, request, user)


@receiver(mfa.authentication_failed)
def _code_wrong(request: HttpRequest, user: User, **kwargs: Any) -> None:
    sign_in_refused(request, user, "code_wrong")
