"""/authorizations: what Configuration > API connections > App authorizations does."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from audit.chain import append
from audit.kinds import Kind
from consumers.admin_api.endpoint import PROBLEM, Endpoint
from consumers.admin_api.lists import Flag, IdField, Page, page_of
from consumers.models import AppAuthorization
from consumers.screens.authorization_events import events


class AuthorizationBody(serializers.ModelSerializer[AppAuthorization]):
    consumer = serializers.IntegerField(source="consumer_id")
    consumer_name = serializers.CharField(source="consumer.name")
    person = serializers.IntegerField(source="user_id")
    person_email = serializers.EmailField(source="user.email")
    scopes = serializers.SerializerMethodField()
    live = serializers.BooleanField()

    class Meta:
        model = AppAuthorization
        fields = (
            "id", "consumer", "consumer_name", "person", "person_email", "scopes", "live", "created_at",
            "last_used_at", "ends_at", "revoked_at",
        )  # fmt: skip

    def get_scopes(self, row: AppAuthorization) -> list[str]:
        return sorted(row.scopes)


class AuthorizationPage(serializers.Serializer[Any]):
    items = AuthorizationBody(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class AuthorizationQuery(Page):
    consumer = IdField(default=None)
    person = IdField(default=None)
    live = Flag(default=True, help_text="false: those that have ended, too.")


class Authorizations(Endpoint):
    @extend_schema(
        operation_id="list_authorizations",
        parameters=[AuthorizationQuery],
        responses={200: AuthorizationPage, **PROBLEM},
    )
    def get(self, request: Any) -> Response:
        """List the app authorizations, the newest first."""
        asked = self.query(AuthorizationQuery)
        rows = of_company(self).select_related("consumer", "user")
        if asked["live"]:
            rows = rows.live()
        if asked["consumer"]:
            rows = rows.filter(consumer_id=asked["consumer"])
        if asked["person"]:
            rows = rows.filter(user_id=asked["person"])
        return Response(page_of(rows, asked, AuthorizationBody, newest_first=True))


class OneAuthorization(Endpoint):
    @extend_schema(operation_id="end_authorization", responses={204: None, **PROBLEM})
    def delete(self, request: Any, pk: int) -> Response:
        """End it: its tokens are invalid when this answers. One that has ended stays as it is."""
        with self.change_of(of_company(self), pk) as row:
            if row.live:
                row.revoke()
                if row.issuer_id is not None:  # the issuer must not connect it again
                    AppAuthorization.objects.filter(pk=pk).update(refuses_exchange=True)
                append(
                    list(
                        events(
                            Kind.AUTHORIZATION_REVOKED,
                            {pk: {}},
                            by=None,
                            address=self.address,
                            facts=self.through,
                        )
                    )
                )
        return Response(status=204)


def of_company(endpoint: Endpoint) -> Any:
    rows: QuerySet[AppAuthorization] = AppAuthorization.objects.filter(
        consumer__company=endpoint.caller.company_id
    )
    return rows
