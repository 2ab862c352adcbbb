"""/log: the events of Configuration > Transactions log."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from audit.kinds import Group, Kind
from audit.models import Event, Outcome
from consumers.admin_api.endpoint import PROBLEM, Endpoint
from consumers.admin_api.lists import IdField, Page, page_of


class EventBody(serializers.ModelSerializer[Event]):
    """One event. `position` counts the company's events from 1, and `digest` chains them."""

    person = serializers.IntegerField(source="user_id", allow_null=True)
    person_email = serializers.CharField(source="user_email")
    consumer = serializers.IntegerField(source="consumer_id", allow_null=True)
    authorization = serializers.IntegerField(source="authorization_id", allow_null=True)
    changes = serializers.JSONField()
    facts = serializers.JSONField()

    class Meta:
        model = Event
        fields = (
            "id", "position", "at", "kind", "outcome", "reason", "person", "person_email", "consumer",
            "consumer_name", "authorization", "address", "subject_kind", "subject_id", "subject_name",
            "tool", "is_write", "milliseconds", "upstream_calls", "changes", "facts", "digest",
        )  # fmt: skip


class EventPage(serializers.Serializer[Any]):
    items = EventBody(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class EventQuery(Page):
    kind = serializers.ChoiceField(
        [*Group.values, *Kind.values], default=None, help_text="A kind, or a group of kinds."
    )
    outcome = serializers.ChoiceField(Outcome.values, default=None)
    person = IdField(default=None)
    consumer = IdField(default=None)
    tool = serializers.CharField(max_length=128, default="", allow_blank=True)
    subject_kind = serializers.CharField(max_length=40, default="", allow_blank=True)
    subject_id = serializers.CharField(max_length=200, default="", allow_blank=True)
    since = serializers.DateTimeField(default=None)
    until = serializers.DateTimeField(default=None, help_text="Before this time.")


COLUMNS = {
    "outcome": "outcome",
    "person": "user_id",
    "consumer": "consumer_id",
    "tool": "tool",
    "subject_kind": "subject_kind",
    "subject_id": "subject_id",
    "since": "at__gte",
    "until": "at__lt",
}


class Log(Endpoint):
    @extend_schema(operation_id="list_events", parameters=[EventQuery], responses={200: EventPage, **PROBLEM})
    def get(self, request: Any) -> Response:
        """List the events, the newest first."""
        asked = self.query(EventQuery)
        rows = Event.objects.filter(company_id=self.caller.company_id)
        rows = rows.filter(**{column: asked[name] for name, column in COLUMNS.items() if asked[name]})
        if asked["kind"] in Group.values:
            rows = rows.filter(kind__startswith=f"{asked['kind']}.")
        elif asked["kind"]:
            rows = rows.filter(kind=asked["kind"])
        return Response(page_of(rows, asked, EventBody, newest_first=True))


class OneEvent(Endpoint):
    @extend_schema(operation_id="get_event", responses={200: EventBody, **PROBLEM})
    def get(self, request: Any, pk: int) -> Response:
        """Show an event."""
        mine = Event.objects.filter(company_id=self.caller.company_id)
        return Response(EventBody(get_object_or_404(mine, pk=pk)).data)
