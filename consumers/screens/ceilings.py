"""What a consumer or a permission group may do: tool sets, single tools, limits and who may use an app."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.networks import address_of
from consumers.models import Consumer
from consumers.policy.models import GroupCeiling
from consumers.policy.saving import (
    WhoMayUse,
    people_cut,
    save_consumer,
    save_group,
    values_of_consumer,
    values_of_group,
)
from consumers.screens.ceiling_form import RULES, CeilingForm, ConsumerCeilingForm, GroupCeilingForm
from consumers.screens.confirming import MOST_NAMED


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def of_consumer(request: HttpRequest, pk: int) -> HttpResponse:
    company = acting_membership(request).company
    consumer = get_object_or_404(Consumer.objects.filter(company=company), pk=pk)
    if request.method != "POST":
        return _draw(request, ConsumerCeilingForm(consumer), consumer=consumer)
    before = values_of_consumer(consumer)
    form = ConsumerCeilingForm(consumer, data=request.POST)
    if not form.is_valid():
        return _draw(request, form, status=422, consumer=consumer)
    who = _who(form)
    cut = people_cut(consumer, who) if who is not None else []
    if cut and request.POST.get("confirmed") != str(len(cut)):
        return _draw(request, form, status=409, consumer=consumer, cut=cut[:MOST_NAMED], cut_total=len(cut))
    form.fill(consumer)
    consumer.toolsets = form.cleaned_data["toolsets"]
    save_consumer(consumer, who, before, by=signed_in_user(request), address=address_of(request))
    messages.success(request, _("What %(name)s may do is saved.") % {"name": consumer.name})
    return HttpResponseRedirect(reverse("consumer", args=[consumer.pk]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def of_group(request: HttpRequest, pk: int) -> HttpResponse:
    company = acting_membership(request).company
    group = get_object_or_404(company.permission_groups.all(), pk=pk)
    ceiling = GroupCeiling.objects.filter(group=group).first() or GroupCeiling(group=group)
    if request.method != "POST":
        return _draw(request, GroupCeilingForm(ceiling), group=group)
    before = values_of_group(ceiling)
    form = GroupCeilingForm(ceiling, data=request.POST)
    if not form.is_valid():
        return _draw(request, form, status=422, group=group)
    save_group(form.filled(ceiling), before, by=signed_in_user(request), address=address_of(request))
    messages.success(request, _("What apps may do for %(name)s is saved.") % {"name": group.name})
    return HttpResponseRedirect(reverse("settings-group", args=[group.pk]))


def _who(form: ConsumerCeilingForm) -> WhoMayUse | None:
    data = form.cleaned_data
    if "everyone_may_use" not in data:
        return None
    return WhoMayUse(
        data["everyone_may_use"], list(data["allowed_groups"]), data["people"], data["approve_first"]
    )


def _draw(request: HttpRequest, form: CeilingForm, status: int = 200, **context: Any) -> HttpResponse:
    context |= {"form": form, "tool_groups": list(form.tool_groups()), "rules": RULES}
    return render(request, "consumers/ceiling.html", context, status=status)
