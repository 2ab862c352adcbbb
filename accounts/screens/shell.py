"""The home page, and the company and language menus of the top bar."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.adapter import is_local_path
from accounts.app_connections import app_connections
from accounts.current import SESSION_KEY, shell_of, sign_in_required, signed_in_user
from accounts.models import Language
from accounts.screens.sign_in import in_popup

MOST_APPS = 5


@require_safe
@sign_in_required
def home(request: HttpRequest) -> HttpResponse:
    membership = shell_of(request).membership
    apps = app_connections().of_person(membership.company, membership.user) if membership else []
    context = {"mcp_url": settings.MCP_RESOURCE, "apps": apps[:MOST_APPS], "more_apps": len(apps) - MOST_APPS}
    return render(request, "accounts/home.html", context)


@require_safe
@sign_in_required
def guide(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/guide.html", {"mcp_url": settings.MCP_RESOURCE})


@require_POST
@sign_in_required
def switch_company(request: HttpRequest) -> HttpResponse:
    """Switch to a company of which the person is an active member, and go to its home page.

    The current page may not exist there.
    """
    slug = request.POST.get("company", "")
    for membership in shell_of(request).memberships:
        if membership.company.slug == slug:
            request.session[SESSION_KEY] = membership.company_id
            break
    else:
        messages.error(request, _("You are no longer a member of that company."))
    return HttpResponseRedirect(local_next(request))


@in_popup
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Store the language with the account of a signed-in person, and in a cookie for the sign-in page."""
    response = HttpResponseRedirect(local_next(request))
    language = request.POST.get("language", "")
    if language not in Language.values:
        return response
    if request.user.is_authenticated:
        user = signed_in_user(request)
        user.language = language
        user.save(update_fields=["language"])
    translation.activate(language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=60 * 60 * 24 * 365,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def local_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    return target if target.startswith("/") and is_local_path(target) else "/"
