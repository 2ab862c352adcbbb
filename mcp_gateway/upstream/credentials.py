"""What we show upstream for a caller: a credential of the caller's own, a few minutes long.

Never the bearer token that the assistant showed us.
"""

from __future__ import annotations

import time
from collections import OrderedDict

from maintenance.tokens import mint_user_token
from mcp_gateway.caller import Caller
from mcp_gateway.errors import NotConnected

LIFETIME_SECONDS = 300
SPARE_SECONDS = 30
LARGEST = 10_000

_Key = tuple[int, int | None, int | None, bool]
_kept: OrderedDict[_Key, tuple[float, str]] = OrderedDict()


def credential_for(caller: Caller, *, fresh: bool = False) -> str:
    """The caller's upstream token; `fresh` after the upstream refused the last one."""
    key = (caller.company_id, caller.user_id, caller.narrowed_to_group_id, not caller.may_write)
    kept = _kept.get(key)
    if kept is not None and not fresh and kept[0] > time.monotonic():
        return kept[1]
    company_id, user_id, group_id, read_only = key
    if user_id is None and group_id is None:
        raise NotConnected("This connection has neither a person nor a permission group in Fracttal One.")
    token = mint_user_token(
        company_id=company_id,
        user_id=user_id,
        group_id=group_id,
        read_only=read_only,
        lifetime_seconds=LIFETIME_SECONDS,
    )
    _kept[key] = (time.monotonic() + LIFETIME_SECONDS - SPARE_SECONDS, token)
    _kept.move_to_end(key)
    while len(_kept) > LARGEST:
        _kept.popitem(last=False)
    return token
