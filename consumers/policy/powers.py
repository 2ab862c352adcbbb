"""What a person would let an app do, in words: the same decision as at each call, for every tool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.rights import MODULE_NAMES, Action, Module
from consumers.models import Consumer
from consumers.policy.catalogue import tools
from consumers.policy.decisions import Governed, Verdict, decide, limits_of
from consumers.policy.terms import terms_of_person
from consumers.policy.tool_names import name_of_tool

_CREATE, _CHANGE = gettext_lazy("create"), gettext_lazy("change")
_ADD_READINGS, _CANCEL = gettext_lazy("add readings"), gettext_lazy("cancel")
VERBS = (_CREATE, _ADD_READINGS, _CHANGE, _CANCEL)  # in the order in which they are said
OF_ACTION: Mapping[str, tuple[Promise, ...]] = {Action.ADD: (_CREATE,), Action.EDIT: (_CHANGE,)}
# Tools whose verb is not that of the right.
OF_TOOL: Mapping[str, tuple[Promise, ...]] = {
    "add_meter_reading": (_ADD_READINGS,),
    "cancel_work_order": (_CANCEL,),
    "update_work_request": (_CHANGE, _CANCEL),
}


@dataclass(frozen=True, slots=True)
class Powers:
    """What this person would let this consumer do: module names in the person's language.

    `asks_first` names the tools before which the person is asked. `kept_read_only` says that an administrator
    forbids all writing. The limits are None where there is none.
    """

    read: list[str]
    write: list[str]
    never: list[str]
    own_work_orders_only: bool
    asks_first: list[str]
    kept_read_only: bool
    writes_per_hour: int | None
    most_records: int | None


def powers(membership: Membership, consumer: Consumer) -> Powers:
    """Compute what will be enforced. A right that no usable tool needs is not named."""
    terms = terms_of_person(membership, consumer)
    judged = [(tool, decide(tool, terms)) for tool in tools().values()]
    usable = [tool for tool, decision in judged if decision.usable]
    seen, verbs = _seen(usable, terms.rights), _verbs(usable, terms.rights)
    read, write, never = [], [], []
    for module in Module:
        if module == Module.CONFIGURATION:
            continue  # no tool changes it, whatever the person may do on the screens
        name = str(MODULE_NAMES[module])
        if module in seen:
            read.append(name)
        else:
            never.append(_("see %(what)s") % {"what": name})
        if module in verbs:
            write.append(f"{name}: {', '.join(str(verb) for verb in VERBS if verb in verbs[module])}")
    never.append(_("change settings, accounts or permissions"))
    limits = limits_of(terms.ceilings)
    return Powers(
        read,
        write,
        never,
        terms.own_work_orders_only and Module.WORK_ORDERS in seen,
        [name_of_tool(tool.name) for tool, decision in judged if decision.verdict == Verdict.ASK],
        terms.read_only,
        limits.writes_per_hour,
        limits.most_records,
    )


def _seen(usable: Iterable[Governed], rights: frozenset[str]) -> set[str]:
    """Return the modules that some tool shows; one that changes a record shows it too."""
    used = {right for tool in usable for right in (tool.rights | tool.one_of) & rights}
    return {right.partition(":")[0] for right in used if right.endswith(f":{Action.VIEW}")}


def _verbs(usable: Iterable[Governed], rights: frozenset[str]) -> dict[str, set[Promise]]:
    """Return by module what some tool does to its records."""
    done: dict[str, set[Promise]] = {}
    for tool in usable:
        if tool.read_only:
            continue
        for right in (tool.rights | tool.one_of) & rights:
            module, _colon, action = right.partition(":")
            if action in OF_ACTION:
                done.setdefault(module, set()).update(OF_TOOL.get(tool.name, OF_ACTION[action]))
    return done
