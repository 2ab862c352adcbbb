"""The person in whose name a write is made."""

from __future__ import annotations

from mcp_gateway.calls.errors import NotPermitted, Refusal
from mcp_gateway.calls.tool import Call
from mcp_gateway.upstream.resources.personnel import PersonRow, person_of_account


async def writer(call: Call) -> PersonRow:
    """The record with which the caller writes; a write is always somebody's."""
    if call.caller.user_id is None:
        raise NotPermitted(
            "This connection acts for the company and not for a person, so nothing can be written in a "
            "person's name. Connect with a personal account."
        )
    try:
        own = await person_of_account(call.upstream)
    except NotPermitted:
        raise NotPermitted(
            "Fracttal One needs to know who asks, and this person may not read the list of people. "
            "An administrator can grant people:view.",
            missing_rights=["people:view"],
        ) from None
    if own is None and call.upstream.gaps:
        raise Refusal(
            "The record of this account was not found among the people that could be looked at, so nothing "
            f"was written. {' '.join(call.upstream.gaps.sentences)}"
        )
    if own is None or not own.code:
        raise Refusal(
            "This account has no active record with a code among the people of the company, so nothing "
            "can be written in its name. An administrator can "
            + (
                "put the account's e-mail there, in Fracttal One."
                if call.caller.remote
                else "link one under Configuration > User accounts."
            )
        )
    return own
