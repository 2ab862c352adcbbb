"""/consumers/{id}/secrets: what the block *Secrets* of a consumer's page does."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from consumers.admin_api.consumers import found, of_company
from consumers.admin_api.endpoint import PROBLEM, Endpoint
from consumers.admin_api.lists import Page, Strict, page_of
from consumers.admin_api.repeats import HEADER, once
from consumers.models import ConsumerSecret
from consumers.rotation import add_secret, remove_secret


class SecretBody(serializers.ModelSerializer[ConsumerSecret]):
    """A secret that works or has expired. Its value cannot be read."""

    created_by = serializers.IntegerField(source="created_by_id", allow_null=True)
    works = serializers.BooleanField(source="live")

    class Meta:
        model = ConsumerSecret
        fields: tuple[str, ...] = (
            "id",
            "hint",
            "works",
            "created_at",
            "created_by",
            "last_used_at",
            "expires_at",
        )


class SecretPage(serializers.Serializer[Any]):
    items = SecretBody(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class NewSecretBody(SecretBody):
    secret = serializers.CharField(help_text="Only in this answer.")

    class Meta(SecretBody.Meta):
        fields = (*SecretBody.Meta.fields, "secret")


class SecretAddition(Strict):
    expires_at = serializers.DateTimeField(allow_null=True, default=None)

    def validate_expires_at(self, value: Any) -> Any:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("This is in the past.")
        return value


class Secrets(Endpoint):
    @extend_schema(operation_id="list_secrets", parameters=[Page], responses={200: SecretPage, **PROBLEM})
    def get(self, request: Any, pk: int) -> Response:
        """List the secrets that nobody removed, without their values."""
        consumer = get_object_or_404(found(self), pk=pk)
        kept = ConsumerSecret.objects.kept().filter(consumer=consumer)
        return Response(page_of(kept, self.query(Page), SecretBody))

    @extend_schema(
        operation_id="add_secret",
        request=SecretAddition,
        parameters=[HEADER],
        responses={201: NewSecretBody, **PROBLEM},
    )
    def post(self, request: Any, pk: int) -> Response:
        """Add a secret; the present one keeps working. Only this answer has its value, and its repetition."""
        return once(self, lambda: self._add(pk))

    def _add(self, pk: int) -> Response:
        expires_at = self.body(SecretAddition)["expires_at"]
        with self.change_of(of_company(self), pk) as consumer:
            secret, value = add_secret(
                consumer, by=None, expires_at=expires_at, address=self.address, facts=self.through
            )
        return Response({**SecretBody(secret).data, "secret": value}, 201)


class OneSecret(Endpoint):
    @extend_schema(operation_id="remove_secret", responses={204: None, **PROBLEM})
    def delete(self, request: Any, pk: int, secret_pk: int) -> Response:
        """Remove a secret; it stops working when this answers. The only one that works stays."""
        with self.change_of(of_company(self), pk) as consumer:
            secret = get_object_or_404(ConsumerSecret.objects.kept(), pk=secret_pk, consumer=consumer)
            remove_secret(secret, by=None, address=self.address, facts=self.through)
        return Response(status=204)
