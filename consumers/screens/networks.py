"""Configuration > Security: the networks from which one app may be used."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.networks import address_of, parse_networks
from audit.kinds import Kind
from audit.recording import Subject, changes_between, record
from consumers.models import Consumer


class NetworksForm(forms.Form):
    networks = forms.CharField(
        label=gettext_lazy("Allowed networks"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "placeholder": "203.0.113.0/24"}),
        help_text=gettext_lazy(
            "One per line, IPv4 or IPv6. Tokens are issued and accepted only from these networks. Leave it "
            "empty to allow every network. Assistants in the cloud, such as ChatGPT, come from the networks "
            "of their makers, not from people's computers."
        ),
    )

    def clean_networks(self) -> list[str]:
        return parse_networks(self.cleaned_data["networks"])


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def networks(request: HttpRequest, pk: int) -> HttpResponse:
    company = acting_membership(request).company
    consumer = get_object_or_404(Consumer.objects.filter(company=company), pk=pk)
    form = NetworksForm(request.POST or None, initial={"networks": "\n".join(consumer.allowed_networks)})
    if request.method == "POST" and form.is_valid():
        save(consumer, form.cleaned_data["networks"], request)
        messages.success(request, _("Networks of %(name)s saved.") % {"name": consumer.name})
        return HttpResponseRedirect(reverse("settings-security"))
    context = {"form": form, "consumer": consumer, "address": address_of(request)}
    return render(request, "consumers/networks.html", context, status=422 if form.errors else 200)


def save(consumer: Consumer, networks: list[str], request: HttpRequest) -> None:
    with transaction.atomic():
        before = Consumer.objects.select_for_update().get(pk=consumer.pk).allowed_networks
        Consumer.objects.filter(pk=consumer.pk).update(allowed_networks=networks)
        record(
            Kind.CONSUMER_CHANGED,
            company_id=consumer.company_id,
            user=signed_in_user(request),
            consumer=consumer,
            subject=Subject("consumer", str(consumer.pk), consumer.name),
            changes=changes_between({"allowed_networks": before}, {"allowed_networks": networks}),
            address=address_of(request),
        )
