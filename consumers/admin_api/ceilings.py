"""/consumers/{id}/ceiling and /groups/{id}/ceiling: what apps may do, as on the pages of both."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import PermissionGroup
from consumers.admin_api import consumers
from consumers.admin_api.endpoint import PROBLEM, Endpoint
from consumers.admin_api.lists import Flag, Strict
from consumers.admin_api.problems import invalid, of_form
from consumers.models import Consumer
from consumers.policy.catalogue import tools
from consumers.policy.models import MOST_RECORDS, MOST_WRITES_PER_HOUR, GroupCeiling
from consumers.policy.saving import save_consumer, save_group, values_of_consumer, values_of_group
from consumers.screens.ceiling_form import RULES, CeilingForm, GroupCeilingForm
from consumers.toolsets import TOOLSETS


class CeilingBody(serializers.Serializer[Any]):
    """What an app, or any app for the people of a group, may do at most. null is no limit."""

    read_only = serializers.BooleanField()  # type: ignore[assignment]  # a field of this name
    toolsets = serializers.ListField(child=serializers.CharField(), help_text="Sets that are allowed.")
    tools = serializers.DictField(
        child=serializers.ChoiceField(list(RULES)), help_text="The rule of every tool."
    )
    writes_per_hour = serializers.IntegerField(allow_null=True)
    most_records = serializers.IntegerField(allow_null=True)


class CeilingChange(Strict):
    read_only = Flag(required=False)  # type: ignore[assignment]  # a field of this name
    toolsets = serializers.ListField(
        child=serializers.ChoiceField(list(TOOLSETS)), max_length=len(TOOLSETS), required=False
    )
    tools = serializers.DictField(
        child=serializers.ChoiceField(list(RULES)),
        required=False,
        help_text="Rules of single tools by name. Tools that are not named keep theirs.",
    )
    writes_per_hour = serializers.IntegerField(
        min_value=1, max_value=MOST_WRITES_PER_HOUR, allow_null=True, required=False
    )
    most_records = serializers.IntegerField(
        min_value=1, max_value=MOST_RECORDS, allow_null=True, required=False
    )


class ConsumerCeiling(Endpoint):
    @extend_schema(operation_id="get_consumer_ceiling", responses={200: CeilingBody, **PROBLEM})
    def get(self, request: Any, pk: int) -> Response:
        """Show what an app may do."""
        return Response(body_of(get_object_or_404(consumers.of_company(self), pk=pk)))

    @extend_schema(
        operation_id="change_consumer_ceiling",
        request=CeilingChange,
        responses={200: CeilingBody, **PROBLEM},
    )
    def patch(self, request: Any, pk: int) -> Response:
        """Change what an app may do. Who may use it stays."""
        fields = self.body(CeilingChange)
        with self.change_of(consumers.of_company(self), pk) as consumer:
            before, form = values_of_consumer(consumer), filled_form(consumer, fields)
            form.fill(consumer)
            consumer.toolsets = form.cleaned_data["toolsets"]
            save_consumer(consumer, None, before, by=None, address=self.address, facts=self.through)
        return self.get(request, pk)


class CeilingOfGroup(Endpoint):
    @extend_schema(operation_id="get_group_ceiling", responses={200: CeilingBody, **PROBLEM})
    def get(self, request: Any, pk: int) -> Response:
        """Show what apps may do for the people of a permission group."""
        return Response(body_of(stored_of(get_object_or_404(groups(self), pk=pk))))

    @extend_schema(
        operation_id="change_group_ceiling", request=CeilingChange, responses={200: CeilingBody, **PROBLEM}
    )
    def patch(self, request: Any, pk: int) -> Response:
        """Change what apps may do for the people of a permission group."""
        fields = self.body(CeilingChange)
        with self.change_of(groups(self), pk) as group:
            ceiling = stored_of(group)
            before, form = values_of_group(ceiling), filled_form(ceiling, fields)
            assert isinstance(form, GroupCeilingForm)
            save_group(form.filled(ceiling), before, by=None, address=self.address, facts=self.through)
        return self.get(request, pk)


def groups(endpoint: Endpoint) -> QuerySet[PermissionGroup]:
    return PermissionGroup.objects.filter(company=endpoint.caller.company_id)


def stored_of(group: PermissionGroup) -> GroupCeiling:
    return GroupCeiling.objects.filter(group=group).first() or GroupCeiling(group=group)


def form_of(stored: Consumer | GroupCeiling, **options: Any) -> CeilingForm:
    if isinstance(stored, GroupCeiling):
        return GroupCeilingForm(stored, **options)
    return CeilingForm(stored, stored.toolsets, **options)


def body_of(stored: Consumer | GroupCeiling) -> dict[str, Any]:
    form = form_of(stored)
    return {**form.initial, "toolsets": sorted(form.initial["toolsets"]), "tools": dict(form.rules())}


def filled_form(stored: Consumer | GroupCeiling, fields: dict[str, Any]) -> CeilingForm:
    """Return the valid form of the page with these fields changed. Raises Problem."""
    present, rules = body_of(stored), fields.get("tools", {})
    if unknown := sorted(rules.keys() - tools().keys()):
        raise invalid({f"tools.{name[:80]}": ["There is no such tool."] for name in unknown})
    by_field = {f"tool-{name}": rule for name, rule in (present["tools"] | rules).items()}
    form = form_of(stored, data=present | fields | by_field | {"whole": "1"})
    if not form.is_valid():
        raise of_form(form.errors)
    return form
