"""/people and /groups: what Configuration > User accounts does."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts import person_changes
from accounts.administrators import LastAdministrator
from accounts.forms.people import MembershipForm
from accounts.models import Company, Membership, PermissionGroup
from consumers.admin_api.endpoint import PROBLEM, Endpoint
from consumers.admin_api.lists import Flag, IdField, Page, Strict, Text, page_of
from consumers.admin_api.problems import Problem, of_form
from listing.folded_columns import holding
from listing.folding import words_of


class PersonBody(serializers.ModelSerializer[Membership]):
    """A person of the company. `id` is that of the person, as in app authorizations and in the log."""

    id = serializers.IntegerField(source="user_id")
    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.name")
    permission_group = serializers.IntegerField(source="permission_group_id")

    class Meta:
        model = Membership
        fields = ("id", "email", "name", "permission_group", "active", "created_at")


class PersonPage(serializers.Serializer[Any]):
    items = PersonBody(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PersonQuery(Page):
    q = Text(max_length=200, default="", allow_blank=True, help_text="Words to look for.")
    active = Flag(allow_null=True, default=None)
    permission_group = IdField(default=None)


class PersonChange(Strict):
    permission_group = IdField(required=False)
    active = Flag(required=False)


class GroupBody(serializers.ModelSerializer[PermissionGroup]):
    rights = serializers.ListField(child=serializers.CharField())
    people = serializers.IntegerField(help_text="How many active people have it.")

    class Meta:
        model = PermissionGroup
        fields = ("id", "name", "rights", "own_work_orders_only", "active", "people")


class GroupPage(serializers.Serializer[Any]):
    items = GroupBody(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class GroupQuery(Page):
    active = Flag(allow_null=True, default=None)


class People(Endpoint):
    @extend_schema(
        operation_id="list_people", parameters=[PersonQuery], responses={200: PersonPage, **PROBLEM}
    )
    def get(self, request: Any) -> Response:
        """List the people of the company."""
        asked = self.query(PersonQuery)
        rows = members(self).filter(*holding(words_of(asked["q"]), "user__folded"))
        if asked["active"] is not None:
            rows = rows.filter(active=asked["active"])
        if asked["permission_group"]:
            rows = rows.filter(permission_group_id=asked["permission_group"])
        return Response(page_of(rows, asked, PersonBody))


class OnePerson(Endpoint):
    @extend_schema(operation_id="get_person", responses={200: PersonBody, **PROBLEM})
    def get(self, request: Any, pk: int) -> Response:
        """Show a person."""
        return Response(PersonBody(get_object_or_404(members(self), user_id=pk)).data)

    @extend_schema(operation_id="change_person", request=PersonChange, responses={200: PersonBody, **PROBLEM})
    def patch(self, request: Any, pk: int) -> Response:
        """Give another permission group, or let in or keep out of the company."""
        fields = self.body(PersonChange)
        # Changes of people lock the company first.
        with self.change_of(Company.objects.all(), self.caller.company_id):
            member = get_object_or_404(members(self).select_for_update(of=("self",)), user_id=pk)
            present = {"permission_group": member.permission_group_id, "active": member.active}
            form = MembershipForm(present | fields, instance=member)
            if not form.is_valid():
                raise of_form(form.errors)
            try:
                person_changes.change(
                    member,
                    form.cleaned_data["permission_group"],
                    active=form.cleaned_data["active"],
                    by=None,
                    address=self.address,
                    facts=self.through,
                )
            except LastAdministrator:
                raise Problem(
                    409, "last_administrator", "After this, nobody could edit the configuration."
                ) from None
        return Response(PersonBody(members(self).get(user_id=pk)).data)


class Groups(Endpoint):
    @extend_schema(operation_id="list_groups", parameters=[GroupQuery], responses={200: GroupPage, **PROBLEM})
    def get(self, request: Any) -> Response:
        """List the permission groups."""
        asked = self.query(GroupQuery)
        rows = groups(self)
        if asked["active"] is not None:
            rows = rows.filter(active=asked["active"])
        return Response(page_of(rows, asked, GroupBody))


class OneGroup(Endpoint):
    @extend_schema(operation_id="get_group", responses={200: GroupBody, **PROBLEM})
    def get(self, request: Any, pk: int) -> Response:
        """Show a permission group."""
        return Response(GroupBody(get_object_or_404(groups(self), pk=pk)).data)


def members(endpoint: Endpoint) -> QuerySet[Membership]:
    mine = Membership.objects.filter(company=endpoint.caller.company_id)
    return mine.select_related("user", "company", "permission_group")


def groups(endpoint: Endpoint) -> QuerySet[PermissionGroup]:
    mine = PermissionGroup.objects.filter(company=endpoint.caller.company_id)
    return mine.annotate(people=Count("memberships", filter=Q(memberships__active=True)))
