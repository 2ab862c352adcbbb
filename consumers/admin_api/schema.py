"""The description of the admin API (OpenAPI 3), which anybody may read."""

from __future__ import annotations

from functools import cache

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

URLS = "consumers.admin_api.urls"


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        described(),
        content_type="application/vnd.oai.openapi+json",
        headers={"Cache-Control": "public, max-age=300"},
    )


@cache
def described() -> bytes:
    """Return the description; it is made once in each process."""
    generator = SchemaGenerator(urlconf=URLS)  # type: ignore[no-untyped-call]
    described = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return orjson.dumps(described, default=str)
