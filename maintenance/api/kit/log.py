"""Records a change by a caller of the API in the transaction log."""

from __future__ import annotations

from rest_framework.request import Request

from accounts.networks import address_of, parse_address
from maintenance.api.kit.endpoint import principal_of
from maintenance.rules.transaction_log import Actor, Entry, record


def log(request: Request, entry: Entry) -> None:
    """Records a change. Call it in the transaction of the change."""
    principal = principal_of(request)
    address = parse_address(address_of(request._request))
    actor = Actor.of_caller(principal, str(address) if address else None)
    record(principal.company_id, actor, entry)
