from __future__ import annotations

from tests.conftest import World
from tests.consumers.conftest import Program, caller, is_live


def test_case_073_code_becomes_tokens_that_carry_the_persons_rights(program: Program, world: World) -> None:
    """RFC 6749 §4.1: code, tokens, refresh, bearer."""
    tokens = program.connect(world.colleague)
    who = caller(tokens["access_token"])
    assert who.rights == {"work_orders:view", "assets:view"}
    assert is_live(tokens["access_token"])
    again = program.refresh(tokens["refresh_token"])
    assert again.status_code == 200, again.content
