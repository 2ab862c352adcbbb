"""Forms of a ceiling: that of a consumer, with who may use it, and that of a permission group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, PermissionGroup
from consumers.models import Consumer
from consumers.policy.catalogue import tools
from consumers.policy.models import (
    ASK,
    MOST_RECORDS,
    MOST_WRITES_PER_HOUR,
    NEVER,
    CeilingFields,
    GroupCeiling,
)
from consumers.policy.tool_names import name_of_tool
from consumers.toolsets import SET_NAMES, TOOLSETS

ALLOWED = "allowed"
RULES: dict[str, Promise] = {ALLOWED: _("Allowed"), ASK: _("Ask first"), NEVER: _("Never")}
MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class ToolRow:
    """One tool of the table. `writes` marks those that change something."""

    name: str
    label: str
    writes: bool
    rule: str

    @property
    def field(self) -> str:
        return f"tool-{self.name}"


@dataclass(frozen=True, slots=True)
class ToolGroup:
    """The tools of one set."""

    name: str
    label: str
    rows: list[ToolRow]


class CeilingForm(forms.Form):
    """The part that consumers and groups have in common. The rules of single tools are read by hand.

    The page ends its fields with `whole`.
    """

    read_only = forms.BooleanField(
        label=_("Read only"),
        required=False,
        help_text=_("No tool that changes anything, whatever is allowed below."),
    )
    toolsets = forms.MultipleChoiceField(
        label=_("Additional tools"),
        required=False,
        choices=list(TOOLSETS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose tool sets from the list.")},
    )
    writes_per_hour = forms.IntegerField(
        label=_("Maximum writes per hour"),
        required=False,
        min_value=1,
        max_value=MOST_WRITES_PER_HOUR,
        help_text=_("Of one person through one app, or of one program. Empty: no limit."),
    )
    most_records = forms.IntegerField(
        label=_("Maximum records in one write"),
        required=False,
        min_value=1,
        max_value=MOST_RECORDS,
        help_text=_("For tools that take several, such as the items of a goods issue. Empty: no limit."),
    )

    def __init__(self, stored: CeilingFields, toolsets: list[str], **kwargs: Any) -> None:
        initial = {
            "read_only": stored.read_only,
            "toolsets": toolsets,
            "writes_per_hour": stored.writes_per_hour,
            "most_records": stored.most_records,
        }
        super().__init__(initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.stored = stored

    def rules(self) -> Mapping[str, str]:
        """Return the rule of each tool: as submitted, else as stored, so that half a form loosens none."""
        stored = {name: self.stored.tool_rules.get(name, ALLOWED) for name in tools()}
        if not self.is_bound:
            return stored
        return {name: str(self.data.get(f"tool-{name}", rule)) for name, rule in stored.items()}

    def tool_groups(self) -> Iterator[ToolGroup]:
        rules = self.rules()
        for toolset, label in SET_NAMES.items():
            rows = [
                ToolRow(name, name_of_tool(name), not tool.read_only, rules[name])
                for name, tool in tools().items()
                if tool.toolset == toolset
            ]
            yield ToolGroup(toolset, str(label), rows)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rules = self.rules()
        if "whole" not in self.data:  # an empty field means no limit, so a missing one would lift it
            raise ValidationError(_("The form arrived incomplete. Nothing was saved: open this page again."))
        if not set(rules.values()) <= RULES.keys():
            raise ValidationError(_("Choose for each tool: allowed, ask first, or never."))
        data["tool_rules"] = {name: rule for name, rule in rules.items() if rule != ALLOWED}
        return data

    def fill(self, stored: CeilingFields) -> None:
        for name in ("read_only", "tool_rules", "writes_per_hour", "most_records"):
            setattr(stored, name, self.cleaned_data[name])


class GroupCeilingForm(CeilingForm):
    def __init__(self, ceiling: GroupCeiling, **kwargs: Any) -> None:
        allowed = [name for name in TOOLSETS if name not in ceiling.withheld_toolsets]
        super().__init__(ceiling, allowed, **kwargs)

    def filled(self, ceiling: GroupCeiling) -> GroupCeiling:
        self.fill(ceiling)
        chosen = set(self.cleaned_data["toolsets"])
        ceiling.withheld_toolsets = [name for name in TOOLSETS if name not in chosen]
        return ceiling


class ConsumerCeilingForm(CeilingForm):
    """Also says who may use the app. A program has no people, so these fields are left out for it."""

    everyone_may_use = forms.TypedChoiceField(
        label=_("Who may use it"),
        choices=[("yes", _("Everyone in the company")), ("no", _("Only these groups and people"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who may use it.")},
    )
    allowed_groups: forms.ModelMultipleChoiceField[PermissionGroup] = forms.ModelMultipleChoiceField(
        PermissionGroup.objects.none(),
        label=_("Permission groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    people = forms.CharField(
        label=_("People"),
        required=False,
        max_length=MOST_PEOPLE * 100,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("E-mail addresses of members, one on each line."),
    )
    approve_first = forms.BooleanField(
        label=_("An administrator approves each person before first use"),
        required=False,
        help_text=_("Whoever is connected already is approved when you switch this on."),
    )

    def __init__(self, consumer: Consumer, **kwargs: Any) -> None:
        self.consumer = consumer
        members = consumer.allowed_members.select_related("user").order_by("user__email")
        initial = {
            "everyone_may_use": "yes" if consumer.everyone_may_use else "no",
            "allowed_groups": list(consumer.allowed_groups.values_list("pk", flat=True)),
            "people": "\n".join(member.user.email for member in members),
            "approve_first": consumer.approve_first,
        }
        super().__init__(consumer, consumer.toolsets, initial=initial, **kwargs)
        if not consumer.is_authorization_code:
            for name in ("everyone_may_use", "allowed_groups", "people", "approve_first"):
                del self.fields[name]
        else:
            groups = PermissionGroup.objects.filter(company=consumer.company_id)
            self.fields["allowed_groups"].queryset = groups  # type: ignore[attr-defined]

    def clean_people(self) -> list[Membership]:
        """Find the members by address; each address that is no member's is named."""
        wanted = {line.strip().lower() for line in self.cleaned_data["people"].splitlines()} - {""}
        if len(wanted) > MOST_PEOPLE:
            raise ValidationError(
                _("At most %(most)s people. Choose a group instead.") % {"most": MOST_PEOPLE}
            )
        members = Membership.objects.filter(company=self.consumer.company_id).select_related("user")
        found = list(members.filter(user__email__in=wanted))
        unknown = sorted(wanted - {member.user.email for member in found})
        if unknown:
            named = ", ".join(address[:80] for address in unknown[:5])
            raise ValidationError(_("No member has this address: %(addresses)s") % {"addresses": named})
        return found
