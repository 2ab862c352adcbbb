"""Reads the planned work that a calendar shows, with exactly the rights of its person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.models import Membership
from consumers.policy.terms import ceiling_of_group, toolsets_under
from mcp_gateway.calls import reading_person
from mcp_gateway.calls.caller import Caller, Verdict, decide
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.work.planned_records import PlannedWork, planned_work

TOOL = CATALOGUE.tools["list_planned_work"]  # the calendar shows what this tool may tell the person
BACK, AHEAD = dt.timedelta(days=14), dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Planned:
    work: list[PlannedWork]
    is_whole: bool


def caller_of(membership: Membership) -> Caller:
    """Return the person as the caller of a program that only reads."""
    ceiling = ceiling_of_group(membership.permission_group)
    ceilings = (ceiling,) if ceiling is not None else ()
    return reading_person.caller_of(
        membership, name="Calendar", ceilings=ceilings, toolsets=toolsets_under(ceilings)
    )


def may_read(caller: Caller) -> bool:
    return decide(TOOL, caller).verdict == Verdict.ALLOWED  # nobody is there to be asked


async def read(caller: Caller, now: dt.datetime) -> Planned:
    """Read the work of the calendar's period. Raises a GatewayError if it cannot be read."""
    upstream = runtime().upstream_of(caller)
    work = await planned_work(upstream, now - BACK, now + AHEAD)
    return Planned(work, not upstream.gaps)
