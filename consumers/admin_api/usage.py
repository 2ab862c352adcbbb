"""/usage: how many tool calls a day, by consumer and person."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from audit.kinds import Kind
from audit.models import Event, Outcome
from consumers.admin_api.endpoint import PROBLEM, Endpoint
from consumers.admin_api.lists import IdField, Page, cursor_at, read_cursor

MOST_DAYS = 92
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(9000, 1, 1)


class UsageBody(serializers.Serializer[Any]):
    day = serializers.DateField(help_text="In the time zone of the company.")
    consumer = serializers.IntegerField(source="consumer_id", allow_null=True)
    consumer_name = serializers.CharField(source="app")
    person = serializers.IntegerField(
        source="user_id", allow_null=True, help_text="null: a program for the company."
    )
    person_email = serializers.CharField(source="email")
    calls = serializers.IntegerField()
    writes = serializers.IntegerField()
    not_done = serializers.IntegerField(help_text="Refused, failed, or with an unknown outcome.")


class UsagePage(serializers.Serializer[Any]):
    items = UsageBody(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class UsageQuery(Page):
    since = serializers.DateField(help_text="The first day.")
    until = serializers.DateField(help_text="The last day, at most 92 days in all.")
    consumer = IdField(default=None)
    person = IdField(default=None)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        since, until = data["since"], data["until"]
        if not EARLIEST <= since <= until <= LATEST or (until - since).days >= MOST_DAYS:
            raise serializers.ValidationError(
                {"until": [f"Ask for 1 to {MOST_DAYS} days, from 2000-01-01 on."]}
            )
        return data


class Usage(Endpoint):
    @extend_schema(operation_id="list_usage", parameters=[UsageQuery], responses={200: UsagePage, **PROBLEM})
    def get(self, request: Any) -> Response:
        """Count the tool calls of each day, consumer and person."""
        asked = self.query(UsageQuery)
        zone = ZoneInfo(self.caller.time_zone)
        first, end = (
            dt.datetime.combine(day, dt.time(), zone)
            for day in (asked["since"], asked["until"] + dt.timedelta(days=1))
        )
        rows = Event.objects.filter(
            company_id=self.caller.company_id, kind=Kind.TOOL_CALL, at__gte=first, at__lt=end
        )
        if asked["consumer"]:
            rows = rows.filter(consumer_id=asked["consumer"])
        if asked["person"]:
            rows = rows.filter(user_id=asked["person"])
        counted = (
            rows.annotate(day=TruncDate("at", tzinfo=zone))
            .values("day", "consumer_id", "user_id")
            .annotate(
                calls=Count("pk"),
                writes=Count("pk", filter=Q(is_write=True)),
                not_done=Count("pk", filter=~Q(outcome=Outcome.DONE)),
                app=Max("consumer_name"),
                email=Max("user_email"),
            )
            .order_by("day", "consumer_id", "user_id")
        )
        start = read_cursor(asked["cursor"]) if asked["cursor"] else 0
        limit = asked["limit"]
        found = list(counted[start : start + limit + 1])
        return Response(
            {
                "items": UsageBody(found[:limit], many=True).data,
                "next_cursor": cursor_at(start + limit) if len(found) > limit else None,
            }
        )
