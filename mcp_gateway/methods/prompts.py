"""prompts/list and prompts/get: prepared tasks that people pick from a menu, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from mcp_types.jsonrpc import INVALID_PARAMS

from mcp_gateway.calls.caller import Caller
from mcp_gateway.protocol.messages import ProtocolError
from mcp_gateway.tools.kit.identifiers import read_code, shown_code
from mcp_gateway.tools.kit.text import NAME

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    description: Promise
    required: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt. `text` has a %(name)s for each argument; `whole` replaces a location that was not given."""

    name: str
    title: Promise
    description: Promise
    text: Promise
    arguments: tuple[Argument, ...] = ()
    rights: frozenset[str] = frozenset({"work_orders:view"})


WHOLE_PLANT = _("the whole plant")
LOCATION = Argument("location", _("Code or name of a location; default the whole plant."))
PROMPTS = {
    prompt.name: prompt
    for prompt in (
        Prompt(
            "shift_handover",
            _("Shift handover"),
            _("What the next shift needs to know."),
            _(
                "Prepare the shift handover for %(location)s, for the last 12 hours. Call "
                "get_shift_handover, and get_work_order only where more words are needed. Write at most "
                "one page: what was done, what is still going on and who has it, what stands still and "
                "since when, what to look at first. Give the folio of each. Say what was left out and "
                "what you could not look up."
            ),
            (LOCATION,),
        ),
        Prompt(
            "weekly_maintenance_review",
            _("Weekly maintenance review"),
            _("The week's figures and what they mean."),
            _(
                "Review the maintenance of %(location)s in the last seven days against the seven days "
                "before. Use get_maintenance_metrics with the metrics summary, compliance, "
                "planned_share, reliability, backlog, cost and requests. Show a small table of the "
                "figures of both weeks, then the three most important findings with the work orders "
                "behind them, then at most five actions with a responsible person. State period, "
                "method and coverage, and say so where an answer was partial."
            ),
            (LOCATION,),
            frozenset({"work_orders:view", "metrics:view"}),
        ),
        Prompt(
            "asset_health_report",
            _("Asset health report"),
            _("How an asset is doing: stops, failures, cost, meters, what is due."),
            _(
                "Write a health report of the asset %(asset)s. Use get_asset with include history, "
                "downtime, meters, documents and plan, get_maintenance_metrics with scope asset for "
                "reliability and cost over the last twelve months, repeat_failures, and "
                "list_pending_tasks. Say in the first sentence whether it is fine, to be watched or "
                "critical, and why. Then availability, MTBF and MTTR with their trend, the failures "
                "that come back, the cost by kind, meters outside their limits, what is due next, and "
                "what you recommend."
            ),
            (Argument("asset", _("Code or name of the asset."), required=True),),
            frozenset({"assets:view"}),
        ),
        Prompt(
            "plan_next_week",
            _("Plan next week"),
            _("What is due, who can do it, and what is missing."),
            _(
                "Plan the maintenance of next week for %(location)s. Look up the pending tasks that "
                "are due until its end (list_pending_tasks, the late ones first), the open work "
                "orders and the backlog by person (get_maintenance_metrics backlog, group_by person), "
                "what is below its minimum in stock (stock_below_minimum) and meters that make work "
                "due (meter_forecast). Propose a plan by day and person with the estimated hours, and "
                "list what cannot be done for lack of parts or people. Make no work orders before the "
                "person has agreed to the plan."
            ),
            (LOCATION,),
            frozenset({"work_orders:view", "tasks:view"}),
        ),
        Prompt(
            "triage_new_requests",
            _("Triage new requests"),
            _("Which requests need a work order, and which are duplicates."),
            _(
                "Go through the open work requests (list_work_requests with status open). For each: "
                "is it urgent, does it say enough, is something open already on the same asset "
                "(list_work_orders and list_work_requests with that asset)? Propose for each of them: "
                "a work order with type and responsible, one question back to who asked, or to close "
                "it as a duplicate of which. Show the proposals as a table and wait for a yes before "
                "you change anything."
            ),
            (),
            frozenset({"work_requests:view"}),
        ),
    )
}


async def list_prompts(caller: Caller, params: Params, capabilities: Params) -> dict[str, Any]:
    """List the prompts whose tools the person may use."""
    with translation.override(caller.language):
        return {
            "prompts": [
                {
                    "name": prompt.name,
                    "title": str(prompt.title),
                    "description": str(prompt.description),
                    "arguments": [
                        {
                            "name": argument.name,
                            "description": str(argument.description),
                            "required": argument.required,
                        }
                        for argument in prompt.arguments
                    ],
                }
                for prompt in PROMPTS.values()
                if prompt.rights <= caller.rights
            ]
        }


async def get_prompt(caller: Caller, params: Params, capabilities: Params) -> dict[str, Any]:
    """Return a prompt.

    Raises ProtocolError (-32602) for an unknown prompt and for unknown or missing arguments.
    """
    prompt = PROMPTS.get(str(params["name"]))
    if prompt is None or not prompt.rights <= caller.rights:
        raise ProtocolError(INVALID_PARAMS, "There is no such prompt.")
    given = {
        name: shown_code(read_code(str(value)))[:NAME]  # each is a code or a name of a record
        for name, value in (params.get("arguments") or {}).items()
    }
    unknown = given.keys() - {argument.name for argument in prompt.arguments}
    missing = {
        argument.name for argument in prompt.arguments if argument.required and not given.get(argument.name)
    }
    if unknown or missing:
        names = ", ".join(sorted(unknown | missing))
        raise ProtocolError(INVALID_PARAMS, f"Arguments that are missing or unknown: {names[:200]}.")
    with translation.override(caller.language):
        values = {
            argument.name: given.get(argument.name) or str(WHOLE_PLANT) for argument in prompt.arguments
        }
        text = str(prompt.text) % values if values else str(prompt.text)
        return {
            "description": str(prompt.description),
            "messages": [{"role": "user", "content": {"type": "text", "text": text}}],
        }
