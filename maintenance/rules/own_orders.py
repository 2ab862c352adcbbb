"""Whether a person is responsible for a work order, for the page that explains what an app may do."""

from __future__ import annotations

from accounts.principal import Principal
from maintenance.models import WorkOrder
from maintenance.rules.visibility import visible_tasks


def is_visible(principal: Principal, folio: str) -> bool | None:
    """Say whether the caller sees the order; None if the company has no order of this folio."""
    if not WorkOrder.objects.filter(company_id=principal.company_id, folio=folio).exists():
        return None
    return visible_tasks(principal).filter(work_order__folio=folio).exists()
