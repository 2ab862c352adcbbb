"""Configuration > User accounts: the people of the company and its permission groups."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.administrators import LastAdministrator, keeping_an_administrator
from accounts.current import CONFIGURE, acting_membership, require_right
from accounts.forms import GroupForm, MembershipForm
from accounts.models import Invitation, PermissionGroup
from accounts.plant import needs_record, own_records


@require_safe
@require_right(CONFIGURE)
def people(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    members = company.memberships.select_related("user", "permission_group").order_by(
        "-active", "user__name", "user__email"
    )
    records = own_records(company)
    rows = [
        {
            "member": member,
            "record": (records or {}).get(member.user.email.lower()),
            "needs_record": needs_record(member),
        }
        for member in members
    ]
    invited = Invitation.objects.standing().filter(company=company).select_related("permission_group")
    context = {
        "rows": rows,
        "invited": invited.order_by("email"),
        "shown": len(rows) + invited.count(),
        "with_records": records is not None,
    }
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    company = acting_membership(request).company
    member = get_object_or_404(company.memberships.select_related("user", "company"), pk=pk)
    form = MembershipForm(request.POST or None, instance=member)
    if request.method == "POST" and form.is_valid():
        try:
            with keeping_an_administrator(company):
                form.save()
        except LastAdministrator:
            form.add_error(None, last_administrator_text())
        else:
            messages.success(
                request, _("Changes to %(person)s saved.") % {"person": member.user.display_name}
            )
            return HttpResponseRedirect(reverse("settings-people"))
    records = own_records(company)
    context = {
        "form": form,
        "member": member,
        "with_records": records is not None,
        "record": (records or {}).get(member.user.email.lower()),
        "needs_record": needs_record(member),
    }
    return render(request, "accounts/person_edit.html", context, status=422 if form.errors else 200)


@require_safe
@require_right(CONFIGURE)
def groups(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    counted = company.permission_groups.annotate(
        people=Count("memberships", filter=Q(memberships__active=True))
    )
    return render(request, "accounts/groups.html", {"groups": counted.order_by("-active", "name")})


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def group_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Edit a permission group; without `pk`, create one."""
    company = acting_membership(request).company
    group = (
        PermissionGroup(company=company)
        if pk is None
        else get_object_or_404(company.permission_groups.select_related("company"), pk=pk)
    )
    form = GroupForm(request.POST or None, instance=group)
    if request.method == "POST" and form.is_valid():
        try:
            with keeping_an_administrator(company):
                form.save()
        except LastAdministrator:
            form.add_error(None, last_administrator_text())
        except IntegrityError:  # created since the form was validated
            form.add_error("name", _("A group with this name already exists. Choose another name."))
        else:
            messages.success(request, _("Group %(name)s saved.") % {"name": group.name})
            return HttpResponseRedirect(reverse("settings-groups"))
    context = {"form": form, "group": group}
    return render(request, "accounts/group_form.html", context, status=422 if form.errors else 200)


def last_administrator_text() -> str:
    return _(
        "After this, nobody could edit the configuration. First give another person a group "
        "with that permission."
    )
