"""Stores a ceiling and who may use an app, with their events in the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, PermissionGroup, User
from audit.kinds import Kind
from audit.recording import Subject, changes_between, record
from consumers.models import AppAuthorization, Consumer
from consumers.policy.catalogue import tools
from consumers.policy.decisions import Verdict
from consumers.policy.models import NEVER, AccessRequest, GroupCeiling
from consumers.policy.terms import ceiling_of_consumer

FIELDS = ("read_only", "tool_rules", "writes_per_hour", "most_records")


@dataclass(frozen=True, slots=True)
class WhoMayUse:
    """The people of an app as an administrator chooses them."""

    everyone: bool
    groups: Collection[PermissionGroup]
    members: Collection[Membership]
    approve_first: bool

    def admits(self, member: Membership, decision: bool | None) -> bool:
        """Say what `access_of` says, for a person whose request was decided like this, without a query."""
        chosen = (
            self.everyone
            or member in self.members
            or any(group.pk == member.permission_group_id for group in self.groups)
        )
        return chosen and decision is not False and (decision is True or not self.approve_first)


def values_of_consumer(consumer: Consumer) -> dict[str, Any]:
    """Return what the log compares. People are told by id; names and addresses are looked up when shown."""
    return {
        **{name: getattr(consumer, name) for name in FIELDS},
        "toolsets": sorted(consumer.toolsets),
        "everyone_may_use": consumer.everyone_may_use,
        "allowed_groups": sorted(consumer.allowed_groups.values_list("name", flat=True)),
        "allowed_members": sorted(consumer.allowed_members.values_list("user_id", flat=True)),
        "approve_first": consumer.approve_first,
    }


def values_of_group(ceiling: GroupCeiling) -> dict[str, Any]:
    return {
        **{name: getattr(ceiling, name) for name in FIELDS},
        "withheld_toolsets": sorted(ceiling.withheld_toolsets),
    }


def save_consumer(
    consumer: Consumer,
    who: WhoMayUse | None,
    before: dict[str, Any],
    *,
    by: User | None,
    address: str,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Store a consumer's ceiling. `before` are its values before the change.

    `who` is None where nothing changes about it, `by` where a program changes the rest; `facts` go into the
    log.
    """
    with transaction.atomic():
        fields = [*FIELDS, "toolsets"]
        if who is not None:
            if who.approve_first and not consumer.approve_first:
                _approve_the_connected(consumer, by)
            consumer.everyone_may_use, consumer.approve_first = who.everyone, who.approve_first
            consumer.allowed_groups.set(who.groups)
            consumer.allowed_members.set(who.members)
            fields += ["everyone_may_use", "approve_first"]
        others = [field.name for field in consumer._meta.fields if field.name not in fields]
        consumer.clean_fields(exclude=others)
        consumer.save(update_fields=[*fields, "updated"])
        if changes := changes_between(before, values_of_consumer(consumer)):
            record(
                Kind.CONSUMER_CHANGED,
                company_id=consumer.company_id,
                user=by,
                consumer=consumer,
                subject=Subject("consumer", str(consumer.pk), consumer.name),
                changes=changes,
                facts=facts,
                address=address,
            )


def save_group(
    ceiling: GroupCeiling,
    before: dict[str, Any],
    *,
    by: User | None,
    address: str,
    facts: Mapping[str, Any] | None = None,
) -> None:
    with transaction.atomic():
        # Two first ceilings at once: the second one changes the row of the first.
        PermissionGroup.objects.select_for_update().get(pk=ceiling.group_id)
        found = GroupCeiling.objects.filter(group=ceiling.group_id).values_list("pk", flat=True)
        ceiling.pk = found.first()
        ceiling.full_clean(validate_unique=False)
        ceiling.save()
        if changes := changes_between(before, values_of_group(ceiling)):
            record(
                Kind.GROUP_CEILING_CHANGED,
                company_id=ceiling.group.company_id,
                user=by,
                subject=Subject("permission_group", str(ceiling.group_id), ceiling.group.name),
                changes=changes,
                facts=facts,
                address=address,
            )


def _approve_the_connected(consumer: Consumer, by: User | None) -> None:
    """Approve whoever has a live authorization. What an administrator decided before stays."""
    connected = Membership.objects.filter(
        company=consumer.company_id,
        user__in=AppAuthorization.objects.live().filter(consumer=consumer).values("user"),
    )
    now = timezone.now()
    AccessRequest.objects.filter(consumer=consumer, membership__in=connected, approved=None).update(
        approved=True, decided_at=now, decided_by=by
    )
    AccessRequest.objects.bulk_create(
        [
            AccessRequest(consumer=consumer, membership=member, approved=True, decided_at=now, decided_by=by)
            for member in connected.exclude(access_requests__consumer=consumer)
        ],
        ignore_conflicts=True,
    )


def people_cut(consumer: Consumer, who: WhoMayUse) -> list[Membership]:
    """Return the connected people who may use the app now and could not afterwards."""
    connected = (
        Membership.objects.filter(
            company=consumer.company_id,
            user__in=AppAuthorization.objects.live().filter(consumer=consumer).values("user"),
        )
        .select_related("user")
        .order_by("user__name", "user__email")
    )
    decisions = dict(AccessRequest.objects.filter(consumer=consumer).values_list("membership_id", "approved"))
    now = WhoMayUse(
        consumer.everyone_may_use,
        set(consumer.allowed_groups.all()),
        set(consumer.allowed_members.all()),
        consumer.approve_first,
    )
    # switching approval on approves whoever is connected
    after = replace(who, members=set(who.members), approve_first=who.approve_first and consumer.approve_first)
    return [
        member
        for member in connected
        if now.admits(member, decisions.get(member.pk)) and not after.admits(member, decisions.get(member.pk))
    ]


def tools_needing(consumer: Consumer, unused: Collection[str]) -> list[str]:
    """Return the tools that the app may use now and that work only with one of these rights."""
    taken, ceiling = frozenset(unused), ceiling_of_consumer(consumer)
    return [
        name
        for name, tool in tools().items()
        if (tool.rights & taken or (tool.one_of and tool.one_of <= taken))
        and ceiling.verdict_on(tool)[0] != Verdict.NEVER
    ]


def narrow(consumer: Consumer, unused: Collection[str], *, by: User, address: str = "") -> list[str]:
    """Forbid the app every tool that works only with one of these rights. Return the names of the tools.

    It changes neither the permission group nor anybody's rights, and it can be undone on the consumer's page.
    """
    with transaction.atomic():
        consumer = Consumer.objects.select_for_update(of=("self",)).get(pk=consumer.pk)
        before = values_of_consumer(consumer)
        forbidden = tools_needing(consumer, unused)
        consumer.tool_rules = {**consumer.tool_rules, **dict.fromkeys(forbidden, NEVER)}
        save_consumer(consumer, None, before, by=by, address=address)
    return forbidden
