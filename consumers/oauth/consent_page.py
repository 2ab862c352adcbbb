"""The page on which a person decides about an authorization request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.module_loading import import_string
from django.utils.translation import ngettext

from accounts.current import signed_in_at
from accounts.models import Membership, User
from accounts.rights import MODULE_NAMES, Module
from accounts.verified_addresses import is_verified
from consumers import scopes
from consumers.callbacks import display_host
from consumers.models import AUTHORIZATION_LIFETIME, AppAuthorization, Consumer
from consumers.oauth import consent
from consumers.oauth.authorization_request import Checked
from consumers.oauth.power_details import details_of
from consumers.policy.powers import powers
from consumers.registrations.models import Registration


@dataclass(frozen=True, slots=True)
class Before:
    """The connection that the person already has with the app."""

    since: dt.datetime
    may_write: bool


def draw(request: HttpRequest, checked: Checked, membership: Membership, way_back: str) -> HttpResponse:
    """Store the request under a one-time id and ask the person."""
    consumer, user = checked.consumer, membership.user
    able = powers(membership, consumer)
    kept = consent.keep(
        checked, user, request.session.session_key or "", able, way_back, signed_in_at(request)
    )
    came_by_itself = Registration.objects.filter(consumer=consumer).exists()
    asks_write = scopes.WRITE in checked.scopes
    last = _last_authorization(user, consumer)
    wrote = last is None or scopes.WRITE in last.scopes
    context = {
        "kept": kept,
        "consumer": consumer,
        "membership": membership,
        "powers": able,
        "details": details_of(able.read),
        "counts": _counts(membership, consumer, able.read) if scopes.READ in checked.scopes else [],
        "before": Before(last.created_at, wrote and bool(able.write)) if last and last.live else None,
        "asks_read": scopes.READ in checked.scopes,
        "asks_write": asks_write,
        "offers_write": asks_write and bool(able.write),
        "tick_write": wrote,
        "asks_identity": scopes.OPENID in checked.scopes,
        "asks_email": scopes.EMAIL in checked.scopes,
        "email_verified": is_verified(user),
        "document": checked.document,
        "host": display_host(checked.redirect_uri),
        "on_this_computer": not checked.redirect_uri.startswith("https://"),
        "came_by_itself": came_by_itself,
        "could_be_any_program": checked.could_be_any_program(came_by_itself=came_by_itself),
        "days": AUTHORIZATION_LIFETIME.days,
        "same_request": way_back,
    }
    return render(request, "consumers/consent.html", context)


def _counts(membership: Membership, consumer: Consumer, readable: list[str]) -> list[str]:
    """Return how much that is today, such as "at most 1,240 work orders"; nothing of other modules."""
    modules = [module for module in Module if str(MODULE_NAMES[module]) in readable]
    counted: dict[str, int] = import_string(settings.RECORD_COUNTS)(membership, consumer, modules)
    return [_in_words(what, number) for what, number in counted.items()]


def _in_words(what: str, number: int) -> str:
    written = {"number": number_format(number, force_grouping=True)}
    match what:
        case "work_orders":
            words = ngettext("%(number)s work order", "%(number)s work orders", number)
        case "work_orders_at_most":
            words = ngettext("at most %(number)s work order", "at most %(number)s work orders", number)
        case "sites":
            words = ngettext("%(number)s site", "%(number)s sites", number)
        case "assets":
            words = ngettext("%(number)s asset", "%(number)s assets", number)
        case _:
            words = ngettext("%(number)s work request", "%(number)s work requests", number)
    return words % written


def _last_authorization(user: User, consumer: Consumer) -> AppAuthorization | None:
    """Return the person's newest approval of the app, also one that ended.

    What was left out then is left out until the person ticks it again.
    """
    given = AppAuthorization.objects.filter(user=user, consumer=consumer, issuer=None)
    return given.order_by("-created_at", "-pk").first()
