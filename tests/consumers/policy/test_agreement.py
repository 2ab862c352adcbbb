"""Consent, `tools/list`, the call and the simulator say the same about every tool, for drawn policies."""

from __future__ import annotations

import random
from typing import Any

import pytest

from accounts.models import Membership, PermissionGroup
from accounts.rights import ALL_RIGHTS
from consumers.models import AppAuthorization, Consumer
from consumers.policy.decisions import Verdict
from consumers.policy.models import GroupCeiling
from consumers.policy.powers import powers
from consumers.policy.simulation import simulate
from consumers.policy.tool_names import name_of_tool
from consumers.toolsets import TOOLSETS
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.conftest import World
from tests.consumers.conftest import Register
from tests.consumers.policy.assistants import listed, refusal

pytestmark = pytest.mark.django_db(transaction=True)
TOOLS = sorted(CATALOGUE.tools)
CALLED = 12  # tools that are called for each policy; all are listed and simulated


def drawn_rules(draw: random.Random) -> dict[str, str]:
    return {name: draw.choice(["ask", "never"]) for name in draw.sample(TOOLS, draw.randint(0, 12))}


def drawn_ceiling(draw: random.Random) -> dict[str, Any]:
    return {"read_only": draw.random() < 0.2, "tool_rules": drawn_rules(draw)}


def drawn_sets(draw: random.Random) -> list[str]:
    return [name for name in TOOLSETS if draw.random() < 0.6]


def draw_policy(draw: random.Random, consumer: Consumer, groups: list[PermissionGroup]) -> None:
    Consumer.objects.filter(pk=consumer.pk).update(
        toolsets=drawn_sets(draw), narrow_to_group=draw.random() < 0.4, **drawn_ceiling(draw)
    )
    for group in groups:
        rights = ALL_RIGHTS if draw.random() < 0.5 else set(draw.sample(sorted(ALL_RIGHTS), 25))
        PermissionGroup.objects.filter(pk=group.pk).update(rights=sorted(rights))
        GroupCeiling.objects.filter(group=group).delete()
        if draw.random() < 0.6:
            GroupCeiling.objects.create(
                group=group, withheld_toolsets=drawn_sets(draw)[:2], **drawn_ceiling(draw)
            )


@pytest.mark.parametrize("seed", range(6))
def test_all_four_say_the_same(register: Register, world: World, seed: int) -> None:
    draw = random.Random(seed)
    program = register(permission_group=world.colleague_group)
    token = program.connect(world.owner)["access_token"]
    for _round in range(3):
        draw_policy(draw, program.consumer, [world.owner_group, world.colleague_group])
        AppAuthorization.objects.filter(consumer=program.consumer).update(
            scope=draw.choice(["maintenance:read", "maintenance:read maintenance:write"])
        )
        consumer = Consumer.objects.get(pk=program.consumer.pk)
        answers = {name: simulate(consumer, world.owner, name) for name in TOOLS}
        usable = {name for name, answer in answers.items() if answer.verdict != Verdict.NEVER}
        asks = {name for name, answer in answers.items() if answer.verdict == Verdict.ASK}
        assert listed(token) == usable
        assert listed(token, "?toolsets=all") == usable
        assert listed(token, "?read_only=true") == {
            name for name in usable if CATALOGUE.tools[name].read_only
        }
        for name in draw.sample(TOOLS, CALLED):
            # a call with wrong arguments gets as far as the arguments only where the tool may be used
            assert (refusal(token, name) == "invalid_arguments") is (name in usable), (name, answers[name])
        said = powers(Membership.objects.get(user=world.owner), consumer)
        scope = AppAuthorization.objects.get(consumer=consumer).scope
        if "write" in scope:
            assert set(said.asks_first) == {name_of_tool(name) for name in asks}
            assert bool(said.write) is any(not CATALOGUE.tools[name].read_only for name in usable)
