"""/records/… for a company whose records are at Fracttal One: says where, and never shows one of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.current import current_membership
from consumers.callbacks import origin_of
from consumers.upstream_accounts.linking import connection_of

RECORDS = "/records/"


class RecordsElsewhere:
    """Answers carry the addresses of these pages, and the pages themselves know the embedded records only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.path.startswith(RECORDS) or not request.user.is_authenticated:
            return None
        membership = current_membership(request)
        connection = connection_of(membership.company) if membership else None
        if connection is None:
            return None
        kind, _slash, identifier = request.path.removeprefix(RECORDS).partition("/")
        context = {"kind": kind, "identifier": identifier, "address": origin_of(connection.api_url)}
        return render(request, "consumers/elsewhere.html", context)
