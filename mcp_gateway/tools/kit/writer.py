"""The person in whose name a write is made."""

from __future__ import annotations

from mcp_gateway.calls.errors import NotPermitted, Refusal
from mcp_gateway.calls.tool import Call
from mcp_gateway.upstream.resources.personnel import PersonRow, person_of_account


async def writer(call: Call) -> PersonRow:
    """Return the caller's own personnel record, since every write has an author.

    Raises NotPermitted or Refusal if there is none.
    """
    if call.caller.user_id is None:
        raise NotPermitted(
            "This connection acts for the company, not for a person, so nothing can be written in a "
            "person's name. Connect with a personal account."
        )
    try:
        own = await person_of_account(call.upstream)
    except NotPermitted:
        raise NotPermitted(
            (
                "Fracttal One needs to know who is asking, and this person may not read the list of "
                "people. An administrator can grant people:view."
            ),
            missing_rights=["people:view"],
        ) from None
    if own is None and call.upstream.gaps:
        raise Refusal(
            "This account's record was not found among the people that could be examined, so nothing "
            f"was written. {' '.join(call.upstream.gaps.sentences)}"
        )
    if own is None or not own.code:
        raise Refusal(
            "This account has no active record with a code among the people of the company, so nothing "
            "can be written in its name. An administrator can "
            + (
                "add the account's e-mail to the person's record in Fracttal One."
                if call.caller.remote
                else "link one under Configuration > User accounts."
            )
        )
    return own
