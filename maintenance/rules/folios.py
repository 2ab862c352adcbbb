"""Numbers for the next work order and the next stock document."""

from __future__ import annotations

import itertools
import re

from accounts.models import Company
from maintenance.models import Warehouse, WorkOrder

NUMBER = re.compile(r"^(.*?)([0-9]+)([^0-9]*)$")


def next_order_folio(company_id: int) -> str:
    """Returns the newest folio plus one, with the same width.

    Locks the company until the transaction ends.
    """
    Company.objects.select_for_update().get(pk=company_id)
    newest = WorkOrder.objects.filter(company_id=company_id).order_by("-pk").values_list("folio", flat=True)
    match = NUMBER.match(newest.first() or "OT-0")
    prefix, number, suffix = match.groups() if match else ("OT-", "0", "")
    for count in itertools.count(int(number) + 1):
        folio = f"{prefix}{count:0{len(number)}d}{suffix}"
        if not WorkOrder.objects.filter(company_id=company_id, folio=folio).exists():
            return folio
    raise AssertionError  # there is always a next number


def next_document_folio(warehouse: Warehouse) -> str:
    """Returns the warehouse's next document number. Locks the warehouse until the transaction ends."""
    locked = Warehouse.objects.select_for_update().get(pk=warehouse.pk)
    locked.folio += 1
    locked.save(update_fields=["folio"])
    return f"{locked.prefix}{locked.folio}"
