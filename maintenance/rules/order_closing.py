"""Closing a work order. The contract ends at review; in the embedded plant a person closes it on its page."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.principal import Principal
from maintenance.models import Action, Module, TaskStatus, WorkOrderStatus
from maintenance.rules.people import own_record
from maintenance.rules.request_steps import follow
from maintenance.rules.transaction_log import Actor, Entry, record
from maintenance.rules.visibility import locked_order


class CannotClose(Exception):
    """The order cannot be closed. The message says what to do first."""


def close(principal: Principal, folio: str) -> None:
    """Finishes the order and solves its requests. It cannot be reopened.

    Raises RecordNotFound and CannotClose.
    """
    with transaction.atomic():
        order = locked_order(principal, folio)
        if order.status not in WorkOrderStatus.open():
            raise CannotClose(_("The work order is already closed."))
        if order.tasks.exclude(status=TaskStatus.DONE).exists():
            raise CannotClose(_("First report every task as done."))
        person = own_record(principal).first()
        if person is None:
            raise CannotClose(
                _(
                    "Your account has no personnel record. An administrator can link one under "
                    "Configuration > User accounts."
                )
            )
        order.status, order.final_date, order.validated_by = WorkOrderStatus.FINISHED, timezone.now(), person
        order.save(update_fields=["status", "final_date", "validated_by"])
        follow(order, person)
        record(
            order.company_id,
            Actor.of_caller(principal),
            Entry(Module.TASKS, "WORK_ORDERS", Action.FINISHED, order.folio, about=order),
        )
