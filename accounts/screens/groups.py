"""Configuration > User accounts > Permission groups: adding, copying, changing and deleting a group."""

from __future__ import annotations

from copy import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Count, Window
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import group_changes, whom_it_cuts
from accounts.administrators import LastAdministrator
from accounts.current import CONFIGURE, acting_membership, require_right
from accounts.forms.fields import GroupField, primary_key
from accounts.forms.groups import GroupForm
from accounts.models import PermissionGroup
from accounts.screens.confirming import confirmation, is_confirmed
from accounts.screens.person import rehearse
from accounts.screens.refusals import last_administrator_text
from listing.way_back import way_back

MEMBERS_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def add(request: HttpRequest) -> HttpResponse:
    """Add a group. With `copy` in the address the form begins with the permissions of that group."""
    company = acting_membership(request).company
    group = PermissionGroup(company=company)
    pattern = company.permission_groups.filter(pk=primary_key(request.GET.get("copy"))).first()
    if pattern is not None:
        group.rights, group.own_work_orders_only = pattern.rights, pattern.own_work_orders_only
        group.name = _("Copy of %(name)s") % {"name": pattern.name}
    form = GroupForm(request.POST or None, instance=group)
    if request.method == "POST" and form.is_valid():
        try:
            group_changes.add(group, request)
        except IntegrityError:  # added since the form was validated
            form.add_error("name", name_taken_text())
        else:
            return saved(request, group)
    context = {"form": form, "group": group}
    return render(request, "accounts/group_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    stored = group_of(request, pk)
    group = copy(stored)
    form = GroupForm(request.POST or None, instance=group)
    if request.method == "POST" and form.is_valid():
        try:
            rehearse(lambda: group_changes.change(group, request))
            after = whom_it_cuts.Effective.of(group)
            sentences = whom_it_cuts.of_group(stored, after, own=is_own(request, stored))
            if sentences and not is_confirmed(request):
                return confirmation(
                    request,
                    title=_("Change the group %(name)s?") % {"name": stored.name},
                    sentences=sentences,
                    button=_("Save"),
                    back=reverse("settings-group", args=[pk]),
                )
            group_changes.change(group, request)
        except LastAdministrator:  # also if it came to that since the rehearsal
            form.add_error(None, last_administrator_text())
        except IntegrityError:  # another group got the name since the form was validated
            form.add_error("name", name_taken_text())
        else:
            return saved(request, group)
    context: dict[str, Any] = {"form": form, "group": stored, **members_of(stored)}
    return render(request, "accounts/group_form.html", context, status=422 if form.errors else 200)


class MoveForm(forms.Form):
    """Asks where people, apps and invitations of a group go before it is deleted."""

    target = GroupField(label=gettext_lazy("Move them to the group"))

    def __init__(self, group: PermissionGroup, data: Any = None) -> None:
        super().__init__(data)
        others = group.company.permission_groups.filter(active=True).exclude(pk=group.pk)
        self.fields["target"].offer(others)  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    group = group_of(request, pk)
    used = group_changes.used_by(group)
    form = MoveForm(group, request.POST if "target" in request.POST else None)
    if request.method == "POST" and (not used or form.is_valid()):
        target = form.cleaned_data["target"] if used else None
        try:
            rehearse(lambda: group_changes.delete(group, target, request))
            if target is not None and not is_confirmed(request):
                return confirmation(
                    request,
                    title=_("Delete the group %(name)s?") % {"name": group.name},
                    sentences=whom_it_cuts.of_move(group, target, own=is_own(request, group)),
                    button=_("Delete"),
                    back=reverse("settings-group-delete", args=[pk]),
                )
            group_changes.delete(group, target, request)
        except LastAdministrator:
            form.add_error(None, last_administrator_text())
        except group_changes.StillUsed:
            messages.error(request, _("Somebody was given this group meanwhile. Nothing was deleted."))
            return HttpResponseRedirect(reverse("settings-group-delete", args=[pk]))
        else:
            messages.success(request, _("Group %(name)s deleted.") % {"name": group.name})
            return HttpResponseRedirect(reverse("settings-groups"))
    context = {"form": form, "group": group, "used": used, **members_of(group)}
    return render(request, "accounts/group_delete.html", context, status=422 if form.errors else 200)


def group_of(request: HttpRequest, pk: int) -> PermissionGroup:
    company = acting_membership(request).company
    return get_object_or_404(company.permission_groups, pk=pk)


def is_own(request: HttpRequest, group: PermissionGroup) -> bool:
    """Say whether the signed-in person is in the group."""
    return acting_membership(request).permission_group_id == group.pk


def members_of(group: PermissionGroup) -> dict[str, Any]:
    """Return who is in the group, for its page: the first MEMBERS_SHOWN by name, and how many there are."""
    members = (
        group.memberships.select_related("user")
        .annotate(in_all=Window(Count("pk")))
        .order_by("-active", "user__name", "user__email")
    )
    shown = list(members[:MEMBERS_SHOWN])
    return {"members": shown, "members_in_all": shown[0].in_all if shown else 0}


def saved(request: HttpRequest, group: PermissionGroup) -> HttpResponse:
    messages.success(request, _("Group %(name)s saved.") % {"name": group.name})
    return HttpResponseRedirect(way_back(request, "settings-groups"))


def name_taken_text() -> str:
    return _("A group with this name already exists. Choose another name.")
