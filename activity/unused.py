"""What an app could do and did not, and which apps nobody uses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Company, Membership
from accounts.rights import ACTION_NAMES, MODULE_NAMES, Action, Module
from audit.kinds import Kind
from audit.models import Event, Outcome
from consumers.models import AppAuthorization, Consumer
from consumers.policy.decisions import Verdict
from consumers.policy.terms import ceiling_of_consumer
from consumers.screens.queries import live_now
from mcp_gateway.tools.catalogue import CATALOGUE

LOOKED_BACK = dt.timedelta(days=90)


@dataclass(slots=True)
class ModuleUse:
    """The rights to one module that an app had: those that its calls needed, and the others."""

    name: str
    used: list[str] = field(default_factory=list)
    never_used: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AppUse:
    """The rights and tools that an app had lately. Rights are `module:action`."""

    rights: frozenset[str]
    used_rights: frozenset[str]
    never_called: list[str]

    @property
    def never_used(self) -> frozenset[str]:
        return self.rights - self.used_rights

    @property
    def by_module(self) -> list[ModuleUse]:
        modules = []
        for module in Module:
            use = ModuleUse(str(MODULE_NAMES[module]))
            for action in Action:
                right = f"{module}:{action}"
                if right in self.rights:
                    (use.used if right in self.used_rights else use.never_used).append(
                        str(ACTION_NAMES[action])
                    )
            if use.used or use.never_used:
                modules.append(use)
        return modules


def use_of(consumer: Consumer, now: dt.datetime | None = None) -> AppUse:
    """Compare what the app may do with what it did in the last 90 days, by the rights that its tools need.

    It may do what any of its people may, under its ceiling; a right that no such tool needs does not count.
    """
    since = (now or timezone.now()) - LOOKED_BACK
    called = set(
        Event.objects.filter(
            company_id=consumer.company_id, consumer_id=consumer.pk, at__gte=since, kind=Kind.TOOL_CALL,
            outcome=Outcome.DONE,
        ).values_list("tool", flat=True).distinct()
    )  # fmt: skip
    held = rights_through(consumer)
    ceiling = ceiling_of_consumer(consumer)
    able = [
        tool
        for tool in CATALOGUE.tools.values()
        if ceiling.verdict_on(tool)[0] != Verdict.NEVER and not tool.missing(held)
    ]
    rights = {name: (tool.rights | tool.one_of) & held for name, tool in CATALOGUE.tools.items()}
    return AppUse(
        rights=frozenset().union(*(rights[tool.name] for tool in able)),
        used_rights=frozenset().union(*(rights[tool.name] for tool in able if tool.name in called)),
        never_called=[tool.name for tool in able if tool.name not in called],
    )


def rights_through(consumer: Consumer) -> frozenset[str]:
    """Return the rights that somebody has through the app at present."""
    limit: frozenset[str] = consumer.permission_group.effective_rights
    if not consumer.is_authorization_code:
        return limit
    members = Membership.objects.filter(
        company=consumer.company_id,
        active=True,
        user__in=AppAuthorization.objects.filter(live_now(), consumer=consumer).values("user"),
    ).select_related("permission_group")
    held: frozenset[str] = frozenset().union(*(member.rights for member in members))
    return held & limit if consumer.narrow_to_group else held


def unused_apps(company: Company, days: int, now: dt.datetime | None = None) -> QuerySet[Consumer]:
    """Return the enabled apps that existed all those days without a request, the longest unused first."""
    since = (now or timezone.now()) - dt.timedelta(days=days)
    unused: QuerySet[Consumer] = Consumer.objects.filter(company=company, enabled=True, created__lt=since)
    return unused.filter(Q(last_used_at=None) | Q(last_used_at__lt=since)).order_by("last_used_at", "created")


def is_unused_since(app: Consumer, since: dt.datetime) -> bool:
    """Say the same of one app: it existed by then, and has had no request since."""
    return app.created < since and (app.last_used_at is None or app.last_used_at < since)


def people_without_app(company: Company) -> QuerySet[Membership]:
    """Return the active members who have no app connected."""
    connected = AppAuthorization.objects.filter(
        live_now(), user=OuterRef("user"), consumer__company=company, consumer__enabled=True
    )
    members = Membership.objects.filter(company=company, active=True, user__is_active=True)
    return members.exclude(Exists(connected)).select_related("user").order_by("user__name", "user__email")
