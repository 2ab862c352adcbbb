"""Error responses without details: a page for people, JSON for programs."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.adapter import is_local_path, is_request
from accounts.current import shell_of
from accounts.database_trouble import RETRY_AFTER_SECONDS, is_database_trouble
from accounts.whom_to_ask import administrators_to_ask
from consumers.oauth.late_decisions import out_of_date

# Paths that only programs use, whatever their Accept header says.
PROGRAM_PATHS = (
    "/api/",
    "/mcp",
    "/.well-known/",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/register",
    "/oauth/jwks",
    "/oauth/userinfo",
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 400, "bad_request", "The request could not be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    membership = shell_of(request).membership
    to_ask = administrators_to_ask(membership.company) if membership and not wants_json(request) else []
    return answer(request, 403, "forbidden", "Not allowed.", to_ask=to_ask)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = "There is nothing at this address."
    if request.path.startswith("/mcp"):
        message += f" The MCP server URL is {settings.MCP_RESOURCE}"
    return answer(request, 404, "not_found", message)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 while the database does not answer. The page uses neither request nor database."""
    if is_database_trouble(sys.exc_info()[1]):
        response = answer(request, 503, "temporarily_unavailable", "Try again in a few seconds.", plain=True)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    return answer(request, 500, "server_error", "Something went wrong on our side.", plain=True)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a failed CSRF check, with the `next` of the form if it has one."""
    target = request.POST.get(REDIRECT_FIELD_NAME, "")
    target = target if target.startswith("/") and is_local_path(target) else ""
    steps = {reverse("account_login"), reverse("mfa_authenticate")}
    if target and request.path in steps and request.user.is_authenticated:
        # The person signed in from another tab in the meantime, which changed the CSRF token.
        return HttpResponseRedirect(target)
    if request.path == reverse("oauth-authorize") and is_request(target) and request.user.is_authenticated:
        messages.warning(request, out_of_date())
        return HttpResponseRedirect(target)
    return answer(
        request,
        403,
        "forbidden",
        "The form's one-time value is missing or old.",
        heading=_("This page has expired"),
        explanation=_(
            "Nothing was changed. Reload the page and try again; cookies must be allowed for this site."
        ),
        same_request=target,
        public_url=settings.PUBLIC_URL,
    )


def answer(
    request: HttpRequest, status: int, code: str, message: str, plain: bool = False, **context: Any
) -> HttpResponse:
    if wants_json(request):
        response: HttpResponse = JsonResponse({"error": code, "message": message}, status=status)
    else:
        page = render_to_string(f"{status}.html", context, None if plain else request)
        response = HttpResponse(page, status=status)
    patch_vary_headers(response, ["Accept"])
    response["Cache-Control"] = "no-store"
    return response


def wants_json(request: HttpRequest) -> bool:
    if request.path.startswith(PROGRAM_PATHS):
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
