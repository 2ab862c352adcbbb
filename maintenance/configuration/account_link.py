"""Configuration > User accounts > a person > Personnel record: the record linked to the account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.forms.fields import primary_key, validate_printable
from accounts.models import Membership, User
from maintenance.models import Personnel
from maintenance.rules import account_links

MOST_SHOWN = 200


class NewRecordForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=160, validators=[validate_printable])
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=64,
        required=False,
        validators=[validate_printable],
        help_text=gettext_lazy("In the company's own numbering. If left empty, the next free code is used."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def account_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows the link. A POST to `?do=` links an existing record, creates one, or removes the link."""
    company = acting_membership(request).company
    member = get_object_or_404(company.memberships.select_related("user", "company"), pk=pk)
    if account_links.kept_elsewhere(company):
        raise Http404
    form = NewRecordForm(
        request.POST if request.GET.get("do") == "new" and request.method == "POST" else None,
        initial={"name": member.user.name},
    )
    if request.method == "POST" and _done(request, member, form):
        return HttpResponseRedirect(reverse("settings-person", args=[member.pk]))
    text = request.GET.get("text", "").replace("\x00", "").strip()[:120]
    free = account_links.free_records(company)
    if text:
        free = free.filter(
            Q(first_name__icontains=text)
            | Q(last_name__icontains=text)
            | Q(code__icontains=text)
            | Q(email__icontains=text)
        )
    context: dict[str, Any] = {
        "member": member,
        "record": account_links.record_of(member),
        "suggested": account_links.suggested(member),
        "free": free[:MOST_SHOWN],
        "free_total": free.count(),
        "text": text,
        "form": form,
    }
    return render(request, "maintenance/account_link.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, member: Membership, form: NewRecordForm) -> bool:
    """Carries out the action. Returns whether something changed; otherwise the page shows why not."""
    by: User = signed_in_user(request)
    match request.GET.get("do"):
        case "link":
            try:
                person = account_links.link(member, primary_key(request.POST.get("record")), by)
            except account_links.NotFree:
                messages.error(request, _("Choose a record from the list: that one is no longer free."))
                return False
            _say(request, member, person)
        case "new":
            if not form.is_valid():
                return False
            try:
                person = account_links.create(
                    member, by, form.cleaned_data["name"], form.cleaned_data["code"]
                )
            except account_links.CodeTaken:
                form.add_error("code", _("Another record already has this code. Choose another one."))
                return False
            _say(request, member, person)
        case "unlink":
            account_links.unlink(member, by)
            messages.success(
                request,
                _("%(person)s no longer has a personnel record.") % {"person": member.user.display_name},
            )
        case _:
            return False
    return True


def _say(request: HttpRequest, member: Membership, person: Personnel) -> None:
    messages.success(
        request,
        _("%(person)s now works as %(record)s.")
        % {"person": member.user.display_name, "record": f"{person.full_name} ({person.code})"},
    )
