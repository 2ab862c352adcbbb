"""Configuration > General."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.current import CONFIGURE, acting_membership, require_right
from accounts.forms import CompanyForm
from accounts.models import Company


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
        form.save()
        messages.success(request, _("Changes saved."))
        return HttpResponseRedirect(reverse("settings-general"))
    return render(request, "accounts/general.html", {"form": form}, status=422 if form.errors else 200)
