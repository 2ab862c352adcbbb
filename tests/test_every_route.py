"""Every URL of the screens for every role (security case 246): denied by default, never a 500."""

from __future__ import annotations

import pytest

from tests.conftest import World
from tests.consumers.registered import authorize, consumer_in
from tests.pages import browser, post
from tests.routes import EVERY, addresses

OPEN = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "language", "invitation", "new-address",
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_case_246_249_251_route(world: World, name: str) -> None:
    url = addresses(world)[name]
    authorize(world.colleague, consumer_in(world, "For the lists"))
    people = [
        (world.owner, browser(world.owner), True),
        (world.colleague, browser(world.colleague), False),
        (world.stranger, browser(world.stranger), None),
    ]
    for verb in ("get", "post"):
        nobody = browser()
        answer = nobody.get(url) if verb == "get" else nobody.post(url)
        if verb == "post":
            assert answer.status_code in {403, 405}, "no change without the token of a form"
        elif name not in OPEN:
            assert answer.status_code in {302, 405}
            if answer.status_code == 302:
                assert answer["Location"].startswith("/accounts/login/")
        for user, client, allowed in people:
            got = client.get(url) if verb == "get" else post(client, url)
            assert got.status_code < 500
            if url.startswith("/settings/") and allowed is False:
                assert got.status_code in {403, 405}, (verb, user)
            if verb == "get" and allowed:
                assert got.status_code in {200, 302, 404, 405} or name == "own-link-callback"
            if allowed is None and any(part.isdecimal() for part in url.split("/")):
                assert got.status_code in {404, 405} or name in OPEN
    client = browser(world.owner)
    for verb_of_others in (client.delete, client.put):
        assert verb_of_others(url).status_code in {403, 405}
