"""Collects what applies to one person with one app out of the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Membership, PermissionGroup
from accounts.rights import ALL_RIGHTS
from consumers.policy.decisions import Ceiling, Holder, Verdict
from consumers.scopes import READ, WRITE
from consumers.toolsets import DEFAULT_TOOLSET, TOOLSETS

if TYPE_CHECKING:
    from consumers.models import Consumer

VERDICTS = {"ask": Verdict.ASK, "never": Verdict.NEVER}
ALL_TOOLSETS = frozenset({DEFAULT_TOOLSET, *TOOLSETS})


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """The terms of a connection whose URL chooses nothing."""

    rights: frozenset[str]
    scopes: frozenset[str]
    ceilings: tuple[Ceiling, ...]
    own_work_orders_only: bool = False

    @property
    def toolsets(self) -> frozenset[str]:
        return toolsets_under(self.ceilings)

    @property
    def read_only(self) -> bool:
        return any(ceiling.read_only for ceiling in self.ceilings)


def toolsets_under(ceilings: Iterable[Ceiling]) -> frozenset[str]:
    """Return the tool sets that no ceiling leaves out."""
    left = ALL_TOOLSETS
    for ceiling in ceilings:
        if ceiling.toolsets is not None:
            left &= ceiling.toolsets
    return left


def tool_verdicts(rules: Mapping[str, str]) -> frozenset[tuple[str, Verdict]]:
    """Read stored rules. A value that is not known forbids the tool."""
    return frozenset((name, VERDICTS.get(rule, Verdict.NEVER)) for name, rule in rules.items())


def ceiling_of_consumer(consumer: Consumer) -> Ceiling:
    return Ceiling(
        Holder.CONSUMER,
        consumer.name,
        frozenset({DEFAULT_TOOLSET, *consumer.toolsets}),
        tool_verdicts(consumer.tool_rules),
        consumer.read_only,
        consumer.writes_per_hour,
        consumer.most_records,
    )


def ceiling_of_group(group: PermissionGroup) -> Ceiling | None:
    """Return the ceiling of a permission group, None if it has none. Needs no query after select_related."""
    stored = getattr(group, "ceiling", None)
    if stored is None:
        return None
    return Ceiling(
        Holder.GROUP,
        group.name,
        ALL_TOOLSETS - frozenset(stored.withheld_toolsets),
        tool_verdicts(stored.tool_rules),
        stored.read_only,
        stored.writes_per_hour,
        stored.most_records,
    )


def terms_of_person(
    membership: Membership, consumer: Consumer, scopes: frozenset[str] = frozenset({READ, WRITE})
) -> OwnTerms:
    """Return the person's terms: the own rights, limited to the consumer's group if the consumer says so."""
    group, limiting = membership.permission_group, consumer.permission_group
    rights, own_only, groups = membership.rights, group.own_work_orders_only, [group]
    if consumer.narrow_to_group:
        rights &= limiting.effective_rights
        own_only = own_only or limiting.own_work_orders_only
        groups.append(limiting)
    return _terms(consumer, groups, rights, scopes, own_only)


def terms_of_program(consumer: Consumer, scopes: frozenset[str] = frozenset({READ, WRITE})) -> OwnTerms:
    group = consumer.permission_group
    return _terms(consumer, [group], group.effective_rights, scopes, group.own_work_orders_only)


def _terms(
    consumer: Consumer,
    groups: Iterable[PermissionGroup],
    rights: frozenset[str],
    scopes: frozenset[str],
    own_only: bool,
) -> OwnTerms:
    of_groups = (ceiling_of_group(group) for group in groups)
    ceilings = (ceiling_of_consumer(consumer), *(each for each in of_groups if each is not None))
    if any(ceiling.read_only for ceiling in ceilings):
        scopes -= {WRITE}
    return OwnTerms(rights & ALL_RIGHTS, scopes, ceilings, own_only)
