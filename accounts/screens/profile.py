"""The person's own account."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.current import sign_in_required, signed_in_user
from accounts.forms.profile import ProfileForm
from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_required
def profile(request: HttpRequest) -> HttpResponse:
    user = signed_in_user(request)
    # Edit a copy, so that a rejected value does not show in the top bar.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        if saved.language:
            translation.activate(saved.language)
        messages.success(request, _("Profile saved."))
        return HttpResponseRedirect(reverse("profile"))
    context = {"form": form, "mfa_enabled": is_mfa_enabled(user)}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)
