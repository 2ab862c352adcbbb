"""Closing a work order. The contract ends at review: in the embedded plant somebody closes it on its page."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.current import acting_membership, sign_in_required
from accounts.principal import Principal
from maintenance.api.personnel import own_record
from maintenance.api.request_steps import follow
from maintenance.api.work_order_rows import visible_tasks
from maintenance.models import Action, Module, TaskStatus, Transaction, WorkOrder, WorkOrderStatus
from maintenance.tokens import principal_of

RIGHT = "work_orders:edit"


class CannotClose(Exception):
    """With what to do first, in words."""


def close(principal: Principal, folio: str) -> None:
    """For good: the order is finished and its requests are solved."""
    visible = visible_tasks(principal).filter(work_order__folio=folio)
    with transaction.atomic():
        order = (
            WorkOrder.objects.select_for_update(of=("self",))
            .filter(pk__in=visible.values("work_order_id"))
            .first()
        )
        if order is None:
            raise Http404
        if order.status not in WorkOrderStatus.open():
            raise CannotClose(_("The work order is closed already."))
        if order.tasks.exclude(status=TaskStatus.DONE).exists():
            raise CannotClose(_("Report every task as done first."))
        person = own_record(principal).first()
        if person is None:
            raise CannotClose(
                _("Your account has no personnel record. Configuration > User accounts is where it gets one.")
            )
        order.status, order.final_date, order.validated_by = WorkOrderStatus.FINISHED, timezone.now(), person
        order.save(update_fields=["status", "final_date", "validated_by"])
        follow(order, person)
        Transaction.objects.create(
            company_id=principal.company_id,
            user_id=principal.user_id,
            name=principal.user_name,
            email=principal.user_email,
            module=Module.TASKS,
            sub_module="WORK_ORDERS",
            action=Action.FINISHED,
            description=order.folio,
        )


@require_POST
@sign_in_required
def close_work_order(request: HttpRequest, folio: str) -> HttpResponse:
    principal = principal_of(acting_membership(request))
    if not {RIGHT, "work_orders:view"} <= principal.rights or "\x00" in folio:
        raise Http404
    try:
        close(principal, folio)
    except CannotClose as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The work order %(folio)s is closed.") % {"folio": folio})
    return HttpResponseRedirect(reverse("record-work-order", args=[folio]))
