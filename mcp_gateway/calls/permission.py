"""Whether a caller may use a tool now, in the words that the model reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.utils import translation
from pydantic import BaseModel

from mcp_gateway.calls.caller import Caller, Decision, Holder, Rule, decide, limits_of, name_of_tool
from mcp_gateway.calls.errors import (
    ForbiddenByAdministrator,
    InsufficientScope,
    MustAskFirst,
    NotPermitted,
    TooManyRecords,
    UnknownTool,
    WritesPaused,
)
from mcp_gateway.calls.questions import Question
from mcp_gateway.calls.tool import Call, Tool

SPENT_SECONDS = 3600  # longer than a client can keep an answer (methods/client_input.py)
MOST_SHOWN = 12  # arguments in a question
LONGEST_SHOWN = 120  # characters of one of them


def require(tool: Tool[Any, Any], caller: Caller) -> Decision:
    """Return the decision if the tool is allowed, perhaps after a question. Otherwise raise a refusal."""
    if caller.writes_paused is not None and not tool.read_only:
        raise WritesPaused(caller.writes_paused.by, caller.writes_paused.since)
    decision = decide(tool, caller)
    match decision.rule:
        case Rule.ADDRESS:
            raise UnknownTool(tool.name)
        case Rule.RIGHTS:
            raise NotPermitted(
                (
                    "This person does not have the permissions for that in Fracttal One. An administrator "
                    "can grant them."
                ),
                missing_rights=sorted(decision.missing),
            )
        case Rule.SCOPE:
            raise InsufficientScope(
                "Writing was not approved for this connection. Ask the person to connect again and allow it."
                if not tool.read_only
                else "Reading was not approved for this connection.",
                tool.scopes,
            )
        case _ if not decision.usable:
            raise ForbiddenByAdministrator(
                _forbidden(tool, decision), rule=decision.rule.value, set_for=_holder(decision).value
            )
    return decision


def _holder(decision: Decision) -> Holder:
    return Holder.CONSUMER if decision.ceiling is None else decision.ceiling.holder


def _forbidden(tool: Tool[Any, Any], decision: Decision) -> str:
    whom = "this app" if _holder(decision) == Holder.CONSUMER else "this person's permission group"
    match decision.rule:
        case Rule.TOOL_SET:
            what = f"An administrator has not allowed {whom} the tool set {tool.toolset}."
        case Rule.READ_ONLY:
            what = f"An administrator allows {whom} to read, but not to change anything through an app."
        case _:
            what = f"An administrator has switched this tool off for {whom}."
    return (
        f"{what} Neither the address of the connection nor connecting again changes that: ask an "
        "administrator."
    )


async def require_answer(tool: Tool[Any, Any], call: Call, arguments: Mapping[str, Any], digest: str) -> str:
    """Raise MustAskFirst unless the person has agreed to exactly these arguments, and the yes is unspent.

    Return the name of the yes, which is spent now. A call that asks another question first gives it back
    with `give_back`. Behind a program there is no person to ask.
    """
    caller = call.caller
    if caller.user_id is None:
        raise MustAskFirst(
            "An administrator wants a person to be asked before this, and a program has nobody to ask. "
            "Nothing was done."
        )
    with translation.override(caller.language):
        name = name_of_tool(tool.name)
    facts = {"app": _line(caller.consumer_name), "what": _shown(name, arguments)}
    question = Question(about="permission", subject=f"{tool.name} {digest}", facts=facts)
    if not call.agreed(question):
        raise MustAskFirst(
            "An administrator wants the person to be asked before this. Nothing was done. If your app shows "
            "no question, it cannot ask: the person uses one that can, or does it in Fracttal One.",
            question=question,
        )
    once = call.once_of(question)
    if not await cache.aadd(_spent(once), 1, SPENT_SECONDS):
        raise MustAskFirst(
            "The person allowed this one time, and that was used. Nothing was done. Call again without the "
            "earlier answer, and the person is asked again."
        )
    return once


async def give_back(once: str) -> None:
    await cache.adelete(_spent(once))


def _spent(once: str) -> str:
    return f"spent-permission:{once}"


def _shown(name: str, arguments: Mapping[str, Any]) -> str:
    """Name the tool and what it is given. What is cut, so that the question stays readable, is counted."""
    given = [
        f"{argument}{_count(value)}: {_line(str(value))}"
        for argument, value in arguments.items()
        if argument != "idempotency_key"
    ]
    left = len(given) - MOST_SHOWN
    more = [f"… +{left}"] if left > 0 else []
    return f"{name} ({'; '.join(given[:MOST_SHOWN] + more)})" if given else name


def _count(value: Any) -> str:
    return f" ({len(value)})" if isinstance(value, list) and len(value) > 1 else ""


def _line(text: str) -> str:
    """Leave out control, bidi and other invisible characters, and cut, saying how much."""
    line = "".join(filter(str.isprintable, text))
    left = len(line) - LONGEST_SHOWN
    return f"{line[:LONGEST_SHOWN]}… (+{left})" if left > 0 else line


def require_few_records(tool: Tool[Any, Any], caller: Caller, given: BaseModel) -> None:
    """Raise TooManyRecords if one write would change more records than the ceilings allow."""
    most = limits_of(caller.ceilings).most_records
    listed = getattr(given, tool.many) if tool.many else None
    if most is not None and listed is not None and len(listed) > most:
        raise TooManyRecords(
            f"An administrator allows at most {most} records in one write, and {tool.many} has "
            f"{len(listed)}. Nothing was done. Ask the person whether to do it in parts.",
            most=most,
            given=len(listed),
        )
