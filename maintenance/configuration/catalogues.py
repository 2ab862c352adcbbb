"""Configuration > Auxiliary catalogs: the company's own terms, offered where people enter work."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.forms.fields import validate_printable
from accounts.models import Company
from maintenance.rules import account_links
from maintenance.rules.catalogues import CATALOGUES, Catalogue, InUse, Taken, add, remove


class WordForm(forms.Form):
    catalogue = forms.ChoiceField(
        label=gettext_lazy("Catalog"), choices=[(each.key, each.label) for each in CATALOGUES]
    )
    word = forms.CharField(label=gettext_lazy("New term"), max_length=120, validators=[validate_printable])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        chosen = _catalogue(given.get("catalogue", ""))
        if chosen and len(given.get("word", "")) > chosen.longest:
            self.add_error(
                "word", _("At most %(longest)d characters are allowed here.") % {"longest": chosen.longest}
            )
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def catalogues(request: HttpRequest) -> HttpResponse:
    """Shows the catalogues. A POST to `?do=add` adds a term, one to `?do=remove` removes an unused term."""
    company = acting_membership(request).company
    elsewhere = account_links.kept_elsewhere(company)
    form = WordForm(request.POST if request.method == "POST" and request.GET.get("do") == "add" else None)
    if request.method == "POST":
        if elsewhere:
            raise Http404
        if request.GET.get("do") == "remove":
            _remove(request, company)
            return HttpResponseRedirect(reverse("settings-catalogues"))
        if form.is_valid() and _add(request, company, form):
            return HttpResponseRedirect(reverse("settings-catalogues"))
    lists = [(each, each.words(company)) for each in CATALOGUES]
    context: dict[str, Any] = {"form": form, "lists": lists, "elsewhere": elsewhere}
    return render(request, "maintenance/catalogues.html", context, status=422 if form.errors else 200)


def _catalogue(key: str) -> Catalogue | None:
    return next((each for each in CATALOGUES if each.key == key), None)


def _add(request: HttpRequest, company: Company, form: WordForm) -> bool:
    chosen = _catalogue(form.cleaned_data["catalogue"])
    assert chosen is not None
    word = " ".join(form.cleaned_data["word"].split())
    try:
        add(company, chosen, word, signed_in_user(request))
    except Taken:
        form.add_error("word", _("The catalog already has this term."))
        return False
    messages.success(request, _("“%(word)s” can now be used.") % {"word": word})
    return True


def _remove(request: HttpRequest, company: Company) -> None:
    chosen = _catalogue(request.POST.get("catalogue", ""))
    number = request.POST.get("number", "")
    if chosen is None or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return
    try:
        word = remove(company, chosen, int(number), signed_in_user(request))
    except InUse:
        messages.error(request, _("This term is in use, so it cannot be removed."))
        return
    if word:
        messages.success(request, _("“%(word)s” is no longer offered.") % {"word": word})
