"""What all endpoints of the contract have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.principal import Principal
from maintenance.api.kit import errors, rate_limit
from maintenance.api.kit.authentication import BearerTokens
from maintenance.api.kit.body import JsonBody
from maintenance.api.kit.envelope import EnvelopeRenderer

URL_NAMES = "api-"


class OneFormat(BaseContentNegotiation):
    """Answers JSON whatever `Accept` says, because a 406 means "rate limit" in this contract."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class Endpoint(APIView):
    """Checks the token, the request budget and the right, then runs the method. Answers in the envelope.

    `rights` names the right that each method needs.
    """

    rights: ClassVar[Mapping[str, str]] = {}

    authentication_classes = (BearerTokens,)
    permission_classes = ()
    renderer_classes = (EnvelopeRenderer,)
    parser_classes = (JsonBody,)
    content_negotiation_class = OneFormat
    metadata_class = None
    http_method_names = ["get", "post", "put"]  # noqa: RUF012 (declared so by Django)

    quota: rate_limit.Quota | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if ends_with_a_slash(request):
            kwargs = {name: key.removesuffix("/") for name, key in kwargs.items()}
        return super().dispatch(request, *args, **kwargs)

    def check_permissions(self, request: Request) -> None:
        """Counts the request before checking the right, so refused requests count too."""
        principal = principal_of(request)
        self.quota = rate_limit.spend(principal.company_id)
        if self.quota is not None and self.quota.exceeded:
            raise errors.TooManyRequests
        right = self.rights.get(request.method or "")
        if right is not None and right not in principal.rights:
            raise errors.RightMissing
        if operation_of(request) in principal.withheld:
            raise errors.Forbidden("An administrator of the company has not allowed this app to do this.")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        if self.quota is not None:
            for name, value in self.quota.headers.items():
                final[name] = value
        return final

    def get_exception_handler(self) -> Any:
        return errors.handle


def ends_with_a_slash(request: HttpRequest) -> bool:
    """Says whether the URL ends with the optional slash, which is not part of a code.

    A slash sent as %2F is part of the code. WSGI discards the raw path, so the two cannot be told apart
    there.
    """
    as_sent = getattr(request, "scope", {}).get("raw_path")
    if as_sent:
        return bool(as_sent.endswith(b"/"))
    return request.path_info.endswith("/")


def operation_of(request: Request) -> str:
    """Return method and resource, as `GET items`. The urls name each pattern after its resource."""
    match = request._request.resolver_match
    return f"{request.method} {str(match and match.url_name).removeprefix(URL_NAMES)}"


class UnknownEndpoint(Endpoint):
    """Any other URL below /api/."""

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        raise Http404


def principal_of(request: Request) -> Principal:
    principal = request.auth
    assert isinstance(principal, Principal)
    return principal
