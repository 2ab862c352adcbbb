"""A consumer's form: a side panel, or a page of its own without JavaScript."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.networks import address_of
from connections.linking import connection_of
from consumers.handshake.parking import waiting
from consumers.models import Consumer
from consumers.screens.forms import ConsumerForm, least_group
from consumers.screens.presets import PRESETS, Preset, preset_of
from consumers.screens.program_calls import ProgramCall, program_calls
from consumers.screens.queries import consumers_of, missing_for
from consumers.screens.redrawing import redrawn
from consumers.screens.secret_form import SecretForm
from consumers.screens.watching import watched
from listing.way_back import way_back

SAVED_FORMS = "saved_consumer_forms"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def add(request: HttpRequest) -> HttpResponse:
    """Create a consumer.

    The answer to the first save shows the secret; it is neither stored nor shown again.
    """
    company = acting_membership(request).company
    if request.method != "POST":
        slug = request.GET.get("assistant", "")
        preset = preset_of(slug)
        known = slug in PRESETS
        initial = {
            "assistant": preset.slug if known else "chatgpt",
            "name": str(preset.name) if known and preset.slug != "other" else "",
            "callback_urls": list(preset.callbacks) if known else [],
            "permission_group": least_group(company),
        }
        return draw(request, ConsumerForm(company, initial=initial))
    already = request.session.get(SAVED_FORMS, {}).get(request.POST.get("form_id", ""))
    if already is not None:
        messages.warning(
            request, _("This consumer has already been saved. Its secret was shown once, at that time.")
        )
        return leave(request, way_back(request, "consumers"))
    if (values := redrawn(request.POST)) is not None:
        return draw(request, ConsumerForm(company, initial=values))
    form = received(request, ConsumerForm(company, data=request.POST))
    if form.is_valid() and (cautions := unheeded(request, form)):
        return draw(request, form, status=422, cautions=cautions)
    saved = form.save(signed_in_user(request), address=address_of(request)) if form.is_valid() else None
    if saved is None:
        return draw(request, form, status=422)
    consumer, secret = saved
    remember_saved(request, consumer)
    context = shared_context(consumer) | watched(consumer) | {"secret": secret}
    return render(request, template_of(request, "consumers/created.html"), context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    company = acting_membership(request).company
    consumer = get_object_or_404(consumers_of(company), pk=pk)
    if request.method != "POST":
        return draw(request, ConsumerForm(company, consumer))
    if (values := redrawn(request.POST)) is not None:
        return draw(request, ConsumerForm(company, consumer, initial=values))
    form = received(request, ConsumerForm(company, consumer, data=request.POST))
    if form.is_valid() and (cautions := unheeded(request, form)):
        return draw(request, form, status=422, cautions=cautions)
    try:
        saved = form.is_valid() and form.save(signed_in_user(request), address=address_of(request))
    except Consumer.DoesNotExist:
        raise Http404 from None  # deleted a moment ago
    if not saved:
        return draw(request, form, status=422)
    messages.success(
        request, _("%(name)s updated. Its key and secret are unchanged.") % {"name": consumer.name}
    )
    return leave(request, way_back(request, "consumers"))


def received(request: HttpRequest, form: ConsumerForm) -> ConsumerForm:
    """Refuse a form whose end is missing: a box that did not arrive would count as cleared."""
    if "whole" not in request.POST:
        form.add_error(None, _("The form arrived incomplete. Nothing was saved: open this page again."))
    return form


def unheeded(request: HttpRequest, form: ConsumerForm) -> list[str]:
    """Return the form's cautions, unless the button beside exactly these was pressed."""
    cautions = form.cautions()
    return [] if request.POST.get("anyway") == mark_of(cautions) else cautions


def mark_of(cautions: list[str]) -> str:
    return hashlib.sha256("\n".join(cautions).encode()).hexdigest()[:16]


def draw(
    request: HttpRequest, form: ConsumerForm, status: int = 200, cautions: list[str] | None = None
) -> HttpResponse:
    assistant = str(form["assistant"].value() or "other")
    context: dict[str, Any] = {"form": form, "consumer": form.consumer, "preset": preset_of(assistant)}
    if cautions:
        context |= {"cautions": cautions, "anyway": mark_of(cautions)}
    if form.consumer:
        context |= shared_context(form.consumer) | {
            "preset": preset_of(assistant),
            "missing": missing_for(form.consumer),
            "secret_form": SecretForm(),
            "waiting_callbacks": len(waiting(form.consumer)),
        }
    else:
        context["form_id"] = request.POST.get("form_id") or secrets.token_urlsafe(12)
    return render(request, template_of(request, "consumers/form.html"), context, status=status)


def shared_context(consumer: Consumer) -> dict[str, Any]:
    preset: Preset = preset_of(consumer.assistant)
    return {
        "consumer": consumer,
        "preset": preset,
        "mcp_url": settings.MCP_RESOURCE,
        "api_url": settings.API_RESOURCE,
        "authorize_url": settings.PUBLIC_URL + reverse("oauth-authorize"),
        "token_url": settings.PUBLIC_URL + reverse("oauth-token"),
        "calls": [] if consumer.is_authorization_code else calls_of(consumer),
    }


def calls_of(consumer: Consumer) -> list[ProgramCall]:
    return program_calls(consumer.client_id, remote=connection_of(consumer.company) is not None)


def remember_saved(request: HttpRequest, consumer: Consumer) -> None:
    """Remember the form's id, so that a reload or the back button does not create a second consumer."""
    saved = request.session.get(SAVED_FORMS, {})
    saved[request.POST.get("form_id", "")[:32]] = consumer.pk
    request.session[SAVED_FORMS] = dict(list(saved.items())[-20:])


def template_of(request: HttpRequest, name: str) -> str:
    """Return the template, or only the panel's content for an htmx request."""
    return f"{name}#panel" if getattr(request, "htmx", None) else name


def leave(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", None) else HttpResponseRedirect(url)
