"""/consumers: what Configuration > API connections > OAuth consumers does."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from consumers.admin_api.endpoint import PROBLEM, Endpoint
from consumers.admin_api.lists import Flag, IdField, Page, Strict, Text, page_of
from consumers.admin_api.problems import of_form
from consumers.admin_api.repeats import HEADER, once
from consumers.callbacks import MAX_CALLBACKS
from consumers.models import Consumer
from consumers.screens.consumer_changes import change
from consumers.screens.consumer_values import values_of
from consumers.screens.forms import ConsumerForm
from consumers.screens.presets import PRESETS
from consumers.screens.queries import consumers_of
from consumers.toolsets import TOOLSETS
from listing.folded_columns import holding
from listing.folding import words_of

ADDRESS_LENGTH = 2000


class ConsumerBody(serializers.ModelSerializer[Consumer]):
    id = serializers.IntegerField(source="pk")
    key = serializers.CharField(source="client_id")
    grant_type = serializers.ChoiceField(Consumer.GRANT_TYPES, source="authorization_grant_type")
    public = serializers.BooleanField(source="is_public")
    callback_urls = serializers.ListField(child=serializers.CharField())
    permission_group = serializers.IntegerField(source="permission_group_id")
    url = serializers.CharField()  # "" is no address in the description of a URLField
    privacy_policy_url = serializers.CharField()
    licence_url = serializers.CharField()
    created_at = serializers.DateTimeField(source="created")
    created_by = serializers.IntegerField(source="created_by_id", allow_null=True)
    people = serializers.IntegerField(help_text="How many people have it connected.")

    class Meta:
        model = Consumer
        fields: tuple[str, ...] = (
            "id", "key", "name", "grant_type", "public", "description", "assistant", "callback_urls",
            "metadata_url", "url", "privacy_policy_url", "licence_url", "permission_group",
            "narrow_to_group", "toolsets", "read_only", "may_administer", "enabled", "created_at",
            "created_by", "last_used_at", "people",
        )  # fmt: skip


class ConsumerPage(serializers.Serializer[Any]):
    items = ConsumerBody(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class NewConsumerBody(ConsumerBody):
    secret = serializers.CharField(allow_null=True, help_text="Only in this answer; null if public.")

    class Meta(ConsumerBody.Meta):
        fields = (*ConsumerBody.Meta.fields, "secret")


class ConsumerQuery(Page):
    q = Text(max_length=200, default="", allow_blank=True, help_text="Words to look for.")
    enabled = Flag(allow_null=True, default=None)
    grant_type = serializers.ChoiceField(Consumer.GRANT_TYPES, default=None)


class ConsumerChange(Strict):
    """The fields that can be changed. `may_administer` is not one: a person sets it on the screen."""

    name = Text(max_length=120, required=False)
    description = Text(max_length=500, required=False, allow_blank=True)
    assistant = serializers.ChoiceField(list(PRESETS), required=False)
    callback_urls = serializers.ListField(
        child=Text(max_length=ADDRESS_LENGTH), max_length=MAX_CALLBACKS, required=False
    )
    metadata_url = Text(max_length=500, required=False, allow_blank=True)
    url = Text(max_length=500, required=False, allow_blank=True)
    privacy_policy_url = Text(max_length=500, required=False, allow_blank=True)
    licence_url = Text(max_length=500, required=False, allow_blank=True)
    permission_group = IdField(required=False)
    narrow_to_group = Flag(required=False)
    toolsets = serializers.ListField(
        child=serializers.ChoiceField(list(TOOLSETS)), max_length=len(TOOLSETS), required=False
    )
    read_only = Flag(required=False)  # type: ignore[assignment]  # a field of this name
    enabled = Flag(required=False)


class ConsumerAddition(ConsumerChange):
    name = Text(max_length=120)
    grant_type = serializers.ChoiceField(Consumer.GRANT_TYPES)
    permission_group = IdField()
    public = Flag(default=False)
    enabled = None  # type: ignore[assignment]  # a new one is enabled


class Consumers(Endpoint):
    @extend_schema(
        operation_id="list_consumers", parameters=[ConsumerQuery], responses={200: ConsumerPage, **PROBLEM}
    )
    def get(self, request: Any) -> Response:
        """List the consumers of the company."""
        asked = self.query(ConsumerQuery)
        rows = found(self).filter(*holding(words_of(asked["q"]), "folded"))
        if asked["enabled"] is not None:
            rows = rows.filter(enabled=asked["enabled"])
        if asked["grant_type"]:
            rows = rows.filter(authorization_grant_type=asked["grant_type"])
        return Response(page_of(rows, asked, ConsumerBody))

    @extend_schema(
        operation_id="create_consumer",
        request=ConsumerAddition,
        parameters=[HEADER],
        responses={201: NewConsumerBody, **PROBLEM},
    )
    def post(self, request: Any) -> Response:
        """Register a consumer. Only this answer has its secret, and its repetition with the same key."""
        return once(self, self._register)

    def _register(self) -> Response:
        form = ConsumerForm(self.company, data=self.body(ConsumerAddition))
        saved = form.save(None, address=self.address, facts=self.through) if form.is_valid() else None
        if saved is None:
            raise of_form(_errors(form))
        consumer, secret = saved
        body = ConsumerBody(found(self).get(pk=consumer.pk)).data
        return Response({**body, "secret": secret or None}, 201)


class OneConsumer(Endpoint):
    @extend_schema(operation_id="get_consumer", responses={200: ConsumerBody, **PROBLEM})
    def get(self, request: Any, pk: int) -> Response:
        """Show a consumer."""
        return Response(ConsumerBody(get_object_or_404(found(self), pk=pk)).data)

    @extend_schema(
        operation_id="change_consumer", request=ConsumerChange, responses={200: ConsumerBody, **PROBLEM}
    )
    def patch(self, request: Any, pk: int) -> Response:
        """Change the fields that are sent; enable or disable the consumer. Key and secrets stay."""
        fields = self.body(ConsumerChange)
        enabled = fields.pop("enabled", None)
        with self.change_of(of_company(self), pk) as consumer:
            if fields:
                present = values_of(consumer) | {"assistant": consumer.assistant}
                form = ConsumerForm(self.company, consumer, data=present | fields)
                if not form.is_valid() or not form.save(None, address=self.address, facts=self.through):
                    raise of_form(_errors(form))
            if enabled is not None and enabled != consumer.enabled:
                self._change("enable" if enabled else "disable", consumer)
        return Response(ConsumerBody(found(self).get(pk=pk)).data)

    @extend_schema(operation_id="delete_consumer", responses={204: None, **PROBLEM})
    def delete(self, request: Any, pk: int) -> Response:
        """Delete the consumer with its secrets, authorizations and tokens."""
        with self.change_of(of_company(self), pk) as consumer:
            self._change("delete", consumer)
        return Response(status=204)

    def _change(self, action: str, consumer: Consumer) -> None:
        change(action, [consumer], by=None, address=self.address, facts=self.through)


def of_company(endpoint: Endpoint) -> QuerySet[Consumer]:
    return Consumer.objects.filter(company=endpoint.caller.company_id)


def found(endpoint: Endpoint) -> QuerySet[Consumer]:
    """Return the consumers of the company with all that is shown of them."""
    return consumers_of(endpoint.company)


def _errors(form: ConsumerForm) -> dict[str, list[str]]:
    errors = {field: [str(each) for each in form.errors[field]] for field in form.errors}
    for row, sentence in form.callback_problems.items():
        errors[f"callback_urls.{row}"] = [sentence]
    return errors
