"""Configuration > API connections > OAuth consumers > Connect: watches an assistant while it connects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.networks import address_of
from audit.kinds import Kind
from audit.recording import Subject, record
from consumers.handshake import parking
from consumers.handshake.models import ParkedCallback
from consumers.models import Consumer
from consumers.screens.consumer_form import shared_context
from consumers.screens.queries import consumers_of
from consumers.screens.watching import is_known, seconds_in, watched


@never_cache
@require_safe
@require_right(CONFIGURE)
def connect(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _consumer(request, pk))


@never_cache
@require_safe
@require_right(CONFIGURE)
def steps(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the page that polls: 204 while nothing changed, so that no focus and no announcement is lost."""
    consumer = _consumer(request, pk)
    if not getattr(request, "htmx", None):
        return HttpResponseRedirect(reverse("consumer-connect", args=[consumer.pk]))
    live = watched(consumer, request.GET)
    if live["watching"] and live["have"] == request.GET.get("have"):
        return HttpResponse(status=204)
    return render(request, "consumers/connect_live.html", live)


@never_cache
@require_POST
@require_right(CONFIGURE)
def add_callback(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a callback that the administrator pasted."""
    consumer, url = _consumer(request, pk), request.POST.get("callback_url", "").strip()
    problem = "" if url else _("Paste the callback URL that the assistant shows.")
    try:
        if url:
            _register(request, consumer, lambda: parking.add_callback(consumer, url))
    except ValidationError as error:
        problem = " ".join(error.messages)
    if getattr(request, "htmx", None):
        context = {
            "consumer": consumer,
            "callback_problem": problem,
            "callback_typed": url if problem else "",
        }
        context |= {"callback_added": not problem}
        response = render(request, "consumers/connect_callback.html", context, status=422 if problem else 200)
        response["HX-Trigger"] = "connect-changed"
        return response
    if problem:
        return _page(request, consumer, status=422, callback_problem=problem, callback_typed=url)
    messages.success(request, _("Callback URL registered."))
    return _back(request, consumer)


@never_cache
@require_POST
@require_right(CONFIGURE)
def decide_callback(request: HttpRequest, pk: int, parked_pk: int) -> HttpResponse:
    """Accept or dismiss a callback that waits, after a warning if the assistant is not known to use it."""
    consumer = _consumer(request, pk)
    parked = get_object_or_404(ParkedCallback, pk=parked_pk, consumer=consumer, dismissed_at=None)
    confirming = 0
    if request.POST.get("action") == "dismiss":
        ParkedCallback.objects.filter(pk=parked.pk).update(dismissed_at=timezone.now())
    elif request.POST.get("action") == "accept":
        if not is_known(consumer, parked.url) and "confirmed" not in request.POST:
            confirming = parked.pk
        else:
            try:
                _register(request, consumer, lambda: parking.accept(parked))
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
    if getattr(request, "htmx", None):
        return render(
            request, "consumers/connect_live.html", watched(consumer, request.POST, confirming=confirming)
        )
    return _page(request, consumer, confirming=confirming) if confirming else _back(request, consumer)


def _consumer(request: HttpRequest, pk: int) -> Consumer:
    consumer: Consumer = get_object_or_404(consumers_of(acting_membership(request).company), pk=pk)
    return consumer


def _register(request: HttpRequest, consumer: Consumer, change: Callable[[], Consumer]) -> None:
    """Add a callback by `change`, which returns the changed consumer, and record it."""
    with transaction.atomic():
        before = consumer.callback_urls
        changed = change()
        if changed.callback_urls == before:
            return
        record(
            Kind.CONSUMER_CHANGED,
            company_id=consumer.company_id,
            user=signed_in_user(request),
            consumer=consumer,
            subject=Subject("consumer", str(consumer.pk), consumer.name),
            changes={"callback_urls": [before, changed.callback_urls]},
            address=address_of(request),
        )


def _page(request: HttpRequest, consumer: Consumer, status: int = 200, **more: Any) -> HttpResponse:
    confirming = more.pop("confirming", 0)
    asked = request.POST if request.method == "POST" else request.GET
    context = shared_context(consumer) | watched(consumer, asked, confirming=confirming) | more
    return render(request, "consumers/connect.html", context, status=status)


def _back(request: HttpRequest, consumer: Consumer) -> HttpResponse:
    since = seconds_in(request.POST.get("since"), 0)
    url = reverse("consumer-connect", args=[consumer.pk])
    return HttpResponseRedirect(f"{url}?since={since}" if since else url)
