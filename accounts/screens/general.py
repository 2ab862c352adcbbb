"""Configuration > General."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.current import CONFIGURE, acting_membership, require_right
from accounts.forms.company import CompanyForm
from accounts.models import Company
from accounts.recorded_changes import record_change, stored_values
from audit.kinds import Kind
from audit.models import Retention
from audit.recording import Subject, changes_between


@require_safe
@require_right(CONFIGURE)
def settings_home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("settings-general"))


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def general(request: HttpRequest) -> HttpResponse:
    company = Company.objects.get(pk=acting_membership(request).company_id)
    form = CompanyForm(request.POST or None, instance=company)
    if request.method == "POST" and form.is_valid():
        before = values_of(company.pk)
        with transaction.atomic():
            form.save()
            record_change(
                request,
                Kind.SETTINGS_CHANGED,
                subject=Subject("company", str(company.pk), company.name),
                changes=changes_between(before, values_of(company.pk)),
            )
        messages.success(request, _("Changes saved."))
        return HttpResponseRedirect(reverse("settings-general"))
    return render(request, "accounts/general.html", {"form": form}, status=422 if form.errors else 200)


def values_of(company_id: int) -> dict[str, Any]:
    stored = stored_values(Company, company_id, CompanyForm.Meta.fields)
    return stored | {"log_days": Retention.days_of(company_id)}
