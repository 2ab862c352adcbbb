"""/access-requests: what Configuration > App authorizations > Requests to use an app does."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from consumers.admin_api.endpoint import PROBLEM, Endpoint
from consumers.admin_api.lists import Flag, IdField, Page, Strict, page_of
from consumers.policy.access import is_chosen
from consumers.policy.access_requests import decide
from consumers.policy.models import AccessRequest

STATES: dict[bool | None, str] = {None: "waiting", True: "approved", False: "refused"}


class AccessRequestBody(serializers.ModelSerializer[AccessRequest]):
    consumer = serializers.IntegerField(source="consumer_id")
    consumer_name = serializers.CharField(source="consumer.name")
    person = serializers.IntegerField(source="membership.user_id")
    person_email = serializers.EmailField(source="membership.user.email")
    state = serializers.SerializerMethodField()
    decided_by = serializers.IntegerField(source="decided_by_id", allow_null=True)

    class Meta:
        model = AccessRequest
        fields = (
            "id", "consumer", "consumer_name", "person", "person_email", "state", "asked_at", "decided_at",
            "decided_by",
        )  # fmt: skip

    def get_state(self, row: AccessRequest) -> str:
        return STATES[row.approved]


class AccessRequestPage(serializers.Serializer[Any]):
    items = AccessRequestBody(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class AccessRequestQuery(Page):
    state = serializers.ChoiceField(list(STATES.values()), default="waiting")
    consumer = IdField(default=None)
    person = IdField(default=None)


class AccessDecision(Strict):
    approved = Flag(help_text="false refuses. A decision can be changed.")


class AccessRequests(Endpoint):
    @extend_schema(
        operation_id="list_access_requests",
        parameters=[AccessRequestQuery],
        responses={200: AccessRequestPage, **PROBLEM},
    )
    def get(self, request: Any) -> Response:
        """List people's requests to use an app: those that wait, or were decided."""
        asked = self.query(AccessRequestQuery)
        wanted = {name: approved for approved, name in STATES.items()}[asked["state"]]
        rows = of_company(self).filter(approved=wanted)
        if asked["consumer"]:
            rows = rows.filter(consumer_id=asked["consumer"])
        if asked["person"]:
            rows = rows.filter(membership__user_id=asked["person"])
        return Response(page_of(rows, asked, AccessRequestBody))


class OneAccessRequest(Endpoint):
    @extend_schema(operation_id="get_access_request", responses={200: AccessRequestBody, **PROBLEM})
    def get(self, request: Any, pk: int) -> Response:
        """Show a request."""
        return Response(AccessRequestBody(get_object_or_404(of_company(self), pk=pk)).data)

    @extend_schema(
        operation_id="decide_access_request",
        request=AccessDecision,
        responses={200: AccessRequestBody, **PROBLEM},
    )
    def patch(self, request: Any, pk: int) -> Response:
        """Approve or refuse. Approving lets the person use the app; refusing cuts at once."""
        approve = self.body(AccessDecision)["approved"]
        with self.change_of(of_company(self), pk) as row:
            again = row.approved is approve and is_chosen(row.membership, row.consumer) is approve
            if not again:
                decide(pk, self.company, approve=approve, by=None, address=self.address, facts=self.through)
        return Response(AccessRequestBody(of_company(self).get(pk=pk)).data)


def of_company(endpoint: Endpoint) -> QuerySet[AccessRequest]:
    company = endpoint.caller.company_id
    mine = AccessRequest.objects.filter(consumer__company=company, membership__company=company)
    return mine.select_related("consumer", "membership__user")
