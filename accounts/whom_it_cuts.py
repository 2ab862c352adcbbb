"""Says in words whom a change of a person or of a permission group gives or takes something."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.app_connections import app_connections
from accounts.models import Membership, PermissionGroup
from accounts.rights import ACTION_NAMES, ALL_RIGHTS, CONFIGURE, MODULE_NAMES, Action, Module


@dataclass(frozen=True, slots=True)
class Effective:
    """What a group gives: nothing if it is inactive."""

    rights: frozenset[str]
    own_work_orders_only: bool
    active: bool

    @classmethod
    def of(cls, group: PermissionGroup) -> Effective:
        return cls(group.effective_rights, group.own_work_orders_only, group.active)


def people_lose_access_text(count: int) -> str:
    return ngettext(
        "%(n)d person loses access immediately.", "%(n)d people lose access immediately.", count
    ) % {"n": count}


def connections_stop_text(count: int) -> str:
    return ngettext(
        "%(n)d connection to an app stops working.", "%(n)d connections to apps stop working.", count
    ) % {"n": count}


def who_text(people: int, connections: int) -> str:
    """Return for example "101 people, 40 connections"."""
    return _("%(people)s, %(connections)s") % {
        "people": ngettext("%(n)d person", "%(n)d people", people) % {"n": people},
        "connections": ngettext("%(n)d connection", "%(n)d connections", connections) % {"n": connections},
    }


def of_group(group: PermissionGroup, after: Effective, *, own: bool) -> list[str]:
    """Say whom a change of this stored group concerns; empty if nobody or nothing.

    `own` means that whoever asks is in the group.
    """
    before = Effective.of(group)
    people = _people_of(group)
    found = app_connections()
    own_text = _own_group_text(before, after) if own else []
    apps = found.apps_of_group(group)
    if before.active and not after.active:
        connections = found.count_of_group(group.company, group, people)
        stopped = [people_lose_access_text(len(people)), connections_stop_text(connections)]
        named = [_("Apps that stop working: %(names)s.") % {"names": ", ".join(apps)}] if apps else []
        return [*own_text, *stopped, *named] if people or connections or apps else []
    connections = found.count(group.company, people)
    sentences = _differences(who_text(len(people), connections), before, after)
    if not sentences or not (people or apps):
        return []
    if apps:
        sentences.append(_("Apps of this group: %(names)s.") % {"names": ", ".join(apps)})
    return [*own_text, *sentences]


def of_move(group: PermissionGroup, target: PermissionGroup, *, own: bool) -> list[str]:
    """Say what the people and apps of a group lose or get by going to another one, as it is deleted."""
    before, after = Effective.of(group), Effective.of(target)
    people, found = _people_of(group), app_connections()
    apps = found.apps_of_group(group)
    who = who_text(len(people), found.count(group.company, people))
    sentences = _own_group_text(before, after) if own else []
    sentences.append(_("%(who)s move to the group %(group)s.") % {"who": who, "group": target.name})
    if apps:
        sentences.append(_("Apps of this group: %(names)s.") % {"names": ", ".join(apps)})
    sentences += _differences(who, before, after)
    if found.limits_group(group):
        sentences.append(_("What this group forbids assistants is deleted with it."))
    if found.limits_group(target):
        sentences.append(
            _("What the group %(group)s forbids assistants holds for them from then on.")
            % {"group": target.name}
        )
    return sentences


def of_person(member: Membership, group: PermissionGroup, *, active: bool, own: bool) -> list[str]:
    """Say what this stored person loses or gets with another group, or without access."""
    before = Effective.of(member.permission_group)
    after = Effective.of(group)
    connections = app_connections().count(member.company, {member.user_id})
    if member.active and not active:
        sentences = [people_lose_access_text(1), connections_stop_text(connections)]
        lost = before.rights
    elif not member.active:
        return []
    else:
        sentences = _differences(who_text(1, connections), before, after)
        lost = before.rights - after.rights
    if own and CONFIGURE in lost:
        sentences.insert(0, _("This is your own account: you can no longer open the configuration then."))
    return sentences


def of_removal(member: Membership, *, own: bool) -> list[str]:
    connections = app_connections().count(member.company, {member.user_id})
    own_text = _("This is your own account: you can no longer open the configuration then.")
    return [
        *([own_text] if own else []),
        people_lose_access_text(1),
        connections_stop_text(connections),
        _("The account itself stays. Invite the person again to undo this; apps have to be connected anew."),
    ]


def _people_of(group: PermissionGroup) -> set[int]:
    """Return the users who have the group and can sign in."""
    return set(group.memberships.filter(active=True, user__is_active=True).values_list("user_id", flat=True))


def _own_group_text(before: Effective, after: Effective) -> list[str]:
    if CONFIGURE not in before.rights - after.rights:
        return []
    return [_("You are in this group: you can no longer open the configuration then.")]


def _differences(who: str, before: Effective, after: Effective) -> list[str]:
    sentences = []
    if lost := before.rights - after.rights:
        sentences.append(_("%(who)s lose: %(rights)s.") % {"who": who, "rights": rights_text(lost)})
    if gained := after.rights - before.rights:
        sentences.append(_("%(who)s get: %(rights)s.") % {"who": who, "rights": rights_text(gained)})
    if after.own_work_orders_only and not before.own_work_orders_only:
        sentences.append(_("%(who)s see only their own work orders from then on.") % {"who": who})
    if before.own_work_orders_only and not after.own_work_orders_only:
        sentences.append(_("%(who)s see all work orders from then on.") % {"who": who})
    return sentences


def rights_text(rights: Collection[str]) -> str:
    """Return the rights by module, for example "work orders (add, edit); meters (view)"."""
    if set(rights) == ALL_RIGHTS:
        return _("all permissions")
    parts = []
    for module in Module:
        actions = [str(ACTION_NAMES[action]) for action in Action if f"{module}:{action}" in rights]
        if actions:
            parts.append(f"{MODULE_NAMES[module]} ({', '.join(actions)})")
    return "; ".join(parts)
