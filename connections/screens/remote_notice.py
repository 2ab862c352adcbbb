"""Replaces the pages of embedded records for a company whose records are at Fracttal One."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.current import current_membership
from connections.linking import connection_of
from consumers.callbacks import origin_of


class RemoteNoticeMiddleware:
    """Answers with a notice that says where the record is.

    Tools link to these pages, which know only embedded records.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.path.startswith(settings.RECORDS_PATH) or not request.user.is_authenticated:
            return None
        membership = current_membership(request)
        connection = connection_of(membership.company) if membership else None
        if connection is None:
            return None
        kind, _slash, identifier = request.path.removeprefix(settings.RECORDS_PATH).partition("/")
        context = {"kind": kind, "identifier": identifier, "address": origin_of(connection.api_url)}
        return render(request, "connections/remote_notice.html", context)
