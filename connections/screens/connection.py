"""Configuration > API connections > API connection: where the company's data comes from."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.key_ring import has_keys
from accounts.models import Company
from accounts.networks import address_of
from connections.connection_check import check_connection
from connections.linking import callback_url
from connections.models import ApiConnection
from connections.screens.connection_form import ConnectionForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def connection(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    if request.method != "POST":
        return draw(request, company, ConnectionForm(company))
    form = ConnectionForm(company, data=request.POST)
    if not form.is_valid():
        return draw(request, company, form, status=422)
    cut = form.save(signed_in_user(request), address_of(request))
    messages.success(request, _("API connection saved."))
    if cut:
        messages.warning(request, _("Accounts that must be connected again: %(count)d.") % {"count": cut})
    return HttpResponseRedirect(reverse("settings-connection"))


@never_cache
@require_POST
@require_right(CONFIGURE)
def test_connection(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    found = get_object_or_404(ApiConnection, company=company, kind=ApiConnection.Kind.FRACTTAL_ONE)
    return draw(request, company, ConnectionForm(company), findings=check_connection(found))


def draw(
    request: HttpRequest, company: Company, form: ConnectionForm, status: int = 200, **more: Any
) -> HttpResponse:
    saved = form.connection
    context = {
        "form": form,
        "connection": saved,
        "links": saved.links.count() if saved.pk else 0,
        "dead_links": saved.links.exclude(dead_since=None).count() if saved.pk else 0,
        "has_keys": has_keys(),
        "callback_url": callback_url(),
        "api_url": settings.API_RESOURCE,
        "mcp_url": settings.MCP_RESOURCE,
        **more,
    }
    return render(request, "connections/connection.html", context, status=status)
