"""Queries for the lists of consumers and app authorizations of one company or one person."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User
from consumers.models import AppAuthorization, Consumer

STOPPED_SHOWN_FOR = dt.timedelta(days=7)


def live_now(prefix: str = "") -> Q:
    return Q(**{f"{prefix}revoked_at": None, f"{prefix}ends_at__gt": timezone.now()})


def consumers_of(company: Company) -> QuerySet[Consumer]:
    """Return the company's consumers; `people` counts those with a live authorization."""
    counted: QuerySet[Consumer] = (
        Consumer.objects.filter(company=company)
        .select_related("permission_group", "created_by", "company")
        .annotate(
            people=Count("app_authorizations__user", distinct=True, filter=live_now("app_authorizations__"))
        )
    )
    return counted


def missing_for(consumer: Consumer) -> list[str]:
    """List, in words, what keeps a consumer from working; empty if nothing does."""
    missing = []
    if consumer.is_authorization_code and not consumer.callback_urls and not consumer.metadata_url:
        missing.append(_("waiting for a callback URL"))
    if not consumer.permission_group.active:
        missing.append(_("its permission group is inactive"))
    return missing


def shown_authorizations() -> QuerySet[AppAuthorization]:
    """Return live authorizations first. Ended ones are shown for a week, with their state.

    One that refuses its issuer is shown until it is allowed again.
    """
    since = timezone.now() - STOPPED_SHOWN_FOR
    return (
        AppAuthorization.objects.filter(
            Q(refuses_exchange=True)
            | Q(revoked_at=None, ends_at__gt=since)
            | Q(revoked_at__gt=since, ends_at__gt=since)
        )
        .select_related("consumer__company", "consumer__permission_group", "user", "issuer")
        .annotate(is_live=Count("pk", filter=live_now()))
        .order_by("-is_live", "-created_at", "-pk")
    )


def authorizations_in(company: Company) -> QuerySet[AppAuthorization]:
    return shown_authorizations().filter(consumer__company=company)


def authorizations_by(user: User) -> QuerySet[AppAuthorization]:
    return shown_authorizations().filter(user=user)
