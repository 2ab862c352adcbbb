"""What all resources of the admin API have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, TypeVar, cast

import orjson
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Company
from accounts.networks import address_of
from consumers.admin_api import problems
from consumers.admin_api.authentication import AdminTokens, admitted
from consumers.admin_api.lists import LARGEST_ID
from consumers.caller import Caller

MAX_BODY_BYTES = 64 * 1024

Row = TypeVar("Row", bound=Model)


class ProblemBody(serializers.Serializer[Any]):
    """Problem details (RFC 9457), with our own short `code`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.ListField(  # type: ignore[assignment]  # the property of that name is for forms
        child=inline_serializer(
            "FieldError", {"field": serializers.CharField(), "detail": serializers.CharField()}
        ),
        required=False,
    )


PROBLEM = {
    (status, problems.MEDIA_TYPE): OpenApiResponse(ProblemBody, words)
    for status, words in (
        ("400", "The body is not a JSON object"),
        ("401", "No token, or one that is not valid here"),
        ("403", "The token may not do this"),
        ("404", "No such thing in this company"),
        ("409", "A rule forbids it in the present state"),
        ("413", "The body is too large"),
        ("415", "The body is not application/json"),
        ("422", "A field is not valid"),
    )
}


class JsonBody(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise problems.Problem(413, "body_too_large", f"The body may have {MAX_BODY_BYTES} bytes.")
        try:
            body = orjson.loads(raw or b"{}")
        except orjson.JSONDecodeError:
            raise ParseError from None
        if not isinstance(body, dict):
            raise ParseError
        return cast("dict[str, Any]", body)


class Endpoint(APIView):
    """Checks the token, its scope and the permission, then runs the method. Refusals are problem details."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (AdminTokens,)
    permission_classes = ()
    renderer_classes = (JSONRenderer,)
    parser_classes = (JsonBody,)
    throttle_classes = ()
    metadata_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if any(key > LARGEST_ID for key in kwargs.values()):  # no column holds it
            raise Http404

    def get_exception_handler(self) -> Any:
        return problems.answer

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        return final

    @property
    def caller(self) -> Caller:
        caller = self.request.auth
        assert isinstance(caller, Caller)
        return caller

    @property
    def company(self) -> Company:
        return Company.objects.get(pk=self.caller.company_id)

    @property
    def address(self) -> str:
        return address_of(self.request._request)

    @property
    def through(self) -> dict[str, str]:
        """Return the fact by which the log names the program: no person is behind its tokens."""
        return {"through": self.caller.consumer_name}

    @contextmanager
    def change_of(self, rows: QuerySet[Row], pk: int) -> Iterator[Row]:
        """Change one row in a transaction: gives the row, locked and as it is then.

        The token is checked again, since it may have lost its right while this waited for the lock. Raises
        Http404 if the row is gone.
        """
        with transaction.atomic():
            row = get_object_or_404(rows.select_for_update(of=("self",)), pk=pk)
            admitted(self.request)
            yield row

    def body(self, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return the valid fields of the body: those that were sent."""
        filled = form(data=cast("dict[str, Any]", self.request.data))
        filled.is_valid(raise_exception=True)
        fields: dict[str, Any] = filled.validated_data
        return fields

    def query(self, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        filled = form(data=self.request.query_params.dict())
        filled.is_valid(raise_exception=True)
        fields: dict[str, Any] = filled.validated_data
        return fields


@extend_schema(exclude=True)
class UnknownAddress(Endpoint):
    """Any other address below /api/admin/."""

    authentication_classes = ()

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        raise Http404
