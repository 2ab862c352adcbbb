"""Queries for the lists of consumers and app authorizations of one company or one person."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User
from consumers.models import AppAuthorization, Consumer, ConsumerSecret

STOPPED_SHOWN_FOR = dt.timedelta(days=7)


def live_now() -> Q:
    return Q(revoked_at=None, ends_at__gt=timezone.now())


def connected() -> Q:
    """Say of an authorization that it is live and that the app fetched a token."""
    return live_now() & Q(connected_at__isnull=False)


def people_connected() -> Coalesce:
    """Count, for a query of consumers, the people who are connected."""
    counted = (
        AppAuthorization.objects.filter(connected(), consumer=OuterRef("pk"))
        .order_by()
        .values("consumer")
        .annotate(people=Count("user", distinct=True))
        .values("people")
    )
    return Coalesce(Subquery(counted), 0)


def consumers_of(company: Company) -> QuerySet[Consumer]:
    """Return the company's consumers with what their rows show; `people` counts those connected."""
    counted: QuerySet[Consumer] = (
        Consumer.objects.filter(company=company)
        .select_related("permission_group", "created_by", "company__api_connection")
        .prefetch_related(Prefetch("secrets", ConsumerSecret.objects.select_related("created_by")))
        .annotate(people=people_connected())
    )
    return counted


def people_losing(consumers: QuerySet[Consumer]) -> int:
    """Count the people who are connected through any of these consumers, each person once."""
    losing = AppAuthorization.objects.filter(connected(), consumer__in=consumers.values("pk"))
    return losing.order_by().values("user").distinct().count()


def missing_for(consumer: Consumer) -> list[str]:
    """List, in words, what keeps a consumer from working; empty if nothing does."""
    missing = []
    if consumer.is_authorization_code and not consumer.callback_urls and not consumer.metadata_url:
        missing.append(_("waiting for a callback URL"))
    if not consumer.permission_group.active:
        missing.append(_("its permission group is inactive"))
    if not consumer.is_public and not any(secret.live for secret in consumer.kept_secrets):
        missing.append(_("its secret has expired"))
    return missing


def shown_authorizations() -> QuerySet[AppAuthorization]:
    """Return the live authorizations, and the ended ones for a week, with their state.

    One that refuses its issuer is shown until it is allowed again.
    """
    since = timezone.now() - STOPPED_SHOWN_FOR
    return AppAuthorization.objects.filter(
        Q(refuses_exchange=True)
        | Q(revoked_at=None, ends_at__gt=since)
        | Q(revoked_at__gt=since, ends_at__gt=since)
    )


def with_their_rows(authorizations: QuerySet[AppAuthorization]) -> QuerySet[AppAuthorization]:
    """Join what the rows of a list show."""
    return authorizations.select_related(
        "consumer__company", "consumer__permission_group__ceiling", "user", "issuer"
    )


def authorizations_in(company: Company) -> QuerySet[AppAuthorization]:
    return shown_authorizations().filter(consumer__company=company)


def authorizations_by(user: User) -> QuerySet[AppAuthorization]:
    return shown_authorizations().filter(user=user)
