"""A person as a caller that only reads: for our own pages, which are no app."""

from __future__ import annotations

from accounts.models import Membership
from connections.linking import connection_of
from connections.remote_api import RemoteApi
from mcp_gateway.calls.caller import DEFAULT_TOOLSET, READ_SCOPE, Caller, Ceiling

NO_CONSUMER = 0  # a page is no app


def caller_of(
    membership: Membership,
    *,
    name: str = "",
    ceilings: tuple[Ceiling, ...] = (),
    toolsets: frozenset[str] = frozenset({DEFAULT_TOOLSET}),
) -> Caller:
    """Return the person as a caller that only reads.

    `name` stands for the app in the plant's own log. No app acts in a session of the person, so the ceilings
    of apps do not apply there.
    """
    company, user, group = membership.company, membership.user, membership.permission_group
    connection = connection_of(company)
    remote = None
    if connection is not None:
        remote = RemoteApi(connection.pk, connection.api_url, connection.remote_company_id)
    return Caller(
        company_id=company.pk,
        company_name=company.name,
        language=user.language or company.language,
        time_zone=company.time_zone,
        currency=company.currency,
        rights=membership.rights,
        group_name=group.name,
        user_id=user.pk,
        user_name=user.display_name,
        user_email=user.email,
        own_work_orders_only=group.own_work_orders_only,
        consumer_id=NO_CONSUMER,
        consumer_name=name,
        scopes=frozenset({READ_SCOPE}),
        ceilings=ceilings,
        toolsets=toolsets,
        read_only=True,
        remote=remote,
    )
