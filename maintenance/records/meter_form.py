"""The page for a counter with a wrong reading, or whose dial was replaced or reset."""

from __future__ import annotations

import zoneinfo

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.current import acting_membership, sign_in_required
from accounts.principal import Principal
from maintenance.models import Meter
from maintenance.records.page import moment, quantity
from maintenance.rules.meter_changes import CannotChange, begin_anew, take_back
from maintenance.tokens import principal_of

RIGHTS = frozenset({"meters:view", "meters:edit"})
LARGEST = 1e15
MOMENT = "%Y-%m-%dT%H:%M:%S"


class NewDial(forms.Form):
    value = forms.FloatField(
        label=gettext_lazy("Current reading of the dial"), min_value=0, max_value=LARGEST, initial=0
    )
    read_at = forms.DateTimeField(
        label=gettext_lazy("Since when"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format=MOMENT),
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M"],
    )
    serial = forms.CharField(
        label=gettext_lazy("Serial number of the new dial"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Leave it empty if the meter is the same."),
    )

    def save(self, principal: Principal, number: int) -> str:
        given = self.cleaned_data
        begin_anew(
            principal,
            number,
            value=given["value"],
            read_at=given["read_at"],
            serial=given["serial"] or None,
        )
        return _("The counter continues from the new dial.")


class WrongReading(forms.Form):
    """Deletes a wrong reading; `reading` is the one that the person saw.

    Deletion is final, so a box must be ticked first.
    """

    reading = forms.IntegerField(widget=forms.HiddenInput)
    sure = forms.BooleanField(label=gettext_lazy("Delete this reading permanently"))

    def save(self, principal: Principal, number: int) -> str:
        take_back(principal, number, self.cleaned_data["reading"])
        return _("Reading deleted.")


@require_http_methods(["GET", "POST"])
@sign_in_required
def change_meter(request: HttpRequest, number: int) -> HttpResponse:
    principal = principal_of(acting_membership(request))
    if not principal.rights >= RIGHTS:
        raise PermissionDenied
    meter = Meter.objects.filter(company_id=principal.company_id, pk=number).first()
    if meter is None:
        raise Http404
    with timezone.override(zoneinfo.ZoneInfo(principal.time_zone)):
        dial: NewDial = NewDial(initial={"read_at": timezone.now()})
        wrong: WrongReading | None = None
        if request.method == "POST":
            sent: NewDial | WrongReading
            if "reading" in request.POST:
                sent = wrong = WrongReading(request.POST)
            else:
                sent = dial = NewDial(request.POST)
            try:
                if sent.is_valid():
                    messages.success(request, sent.save(principal, number))
                    return redirect("record-meter", number=number)
            except CannotChange as refusal:
                if refusal.field:
                    sent.add_error(refusal.field, str(refusal.problem))
                else:
                    messages.error(request, str(refusal.problem))
                    wrong = None  # start over with the reading that is newest now
        newest = meter.readings.order_by("-date_reading", "-pk").first()
        context = {
            "meter": meter,
            "dial": dial,
            "wrong": wrong or WrongReading(initial={"reading": newest and newest.pk}),
            "newest_value": newest and quantity(newest.value),
            "newest_at": newest and moment(newest.date_reading),
        }
        status = 422 if request.method == "POST" else 200
        return render(request, "maintenance/meter_change.html", context, status=status)
