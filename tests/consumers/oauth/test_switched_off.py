"""Nothing of a company that is switched off gets in: no token, no code, no refresh, no program."""

from __future__ import annotations

from django.utils import timezone

from accounts.security_policy import SecurityPolicy
from maintenance.tokens import authenticate, mint_user_token
from tests.conftest import World
from tests.consumers.conftest import Program, is_live


def switch(world: World, *, off: bool) -> None:
    SecurityPolicy.objects.update_or_create(
        company=world.company, defaults={"switched_off_at": timezone.now() if off else None}
    )


def test_tokens_codes_and_refreshes_wait_until_it_is_on_again(program: Program, world: World) -> None:
    tokens = program.connect(world.owner)
    code = program.code(world.owner)
    switch(world, off=True)
    assert not is_live(tokens["access_token"])
    assert program.redeem(code).status_code == 400
    assert program.refresh(tokens["refresh_token"]).status_code == 400
    switch(world, off=False)
    assert is_live(tokens["access_token"])
    assert program.refresh(tokens["refresh_token"]).status_code == 200


def test_the_embedded_api_takes_no_token_either(world: World) -> None:
    token = mint_user_token(company_id=world.company.pk, user_id=world.owner.pk)
    assert authenticate(token) is not None
    switch(world, off=True)
    assert authenticate(token) is None
