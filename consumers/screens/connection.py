"""Configuration > API connections > API connection: where the data comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.current import CONFIGURE, require_right


@require_safe
@require_right(CONFIGURE)
def connection(request: HttpRequest) -> HttpResponse:
    context = {"api_url": settings.API_RESOURCE, "mcp_url": settings.MCP_RESOURCE}
    return render(request, "consumers/connection.html", context)
