"""A new password offers to disconnect apps, whose tokens would outlive it."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from audit.models import Event
from tests.conftest import World
from tests.consumers.conftest import Program, is_live
from tests.factories import PASSWORD
from tests.pages import browser, send, text_of

CHANGE = "/accounts/password/change/"
NEW = {"password1": "a-quite-new-password", "password2": "a-quite-new-password"}
OFFER = "Also disconnect all my apps"


def test_who_has_no_apps_is_not_asked(world: World) -> None:
    assert OFFER not in text_of(browser(world.owner).get(CHANGE))


@pytest.mark.parametrize("ticked", [False, True])
def test_case_263_a_change_of_the_password_offers_to_stop_tokens(
    ticked: bool, program: Program, world: World
) -> None:
    """OWASP ASVS 7.4.3: the person can end other access when a factor changes."""
    tokens, others = program.connect(world.owner), program.connect(world.colleague)
    client = browser(world.owner)
    assert OFFER in text_of(client.get(CHANGE))
    more = {"disconnect_apps": "on"} if ticked else {}
    assert send(client, CHANGE, {"oldpassword": PASSWORD, **NEW, **more}, action=CHANGE).status_code == 302
    assert is_live(tokens["access_token"]) is not ticked
    assert (program.refresh(tokens["refresh_token"]).status_code == 200) is not ticked
    assert is_live(others["access_token"]), "nobody else's"
    ended = Event.objects.filter(kind="authorization.revoked", user_id=world.owner.pk)
    assert ended.count() == ticked


def test_case_263_a_wrong_password_stops_nothing(program: Program, world: World) -> None:
    """The offer is no way around the password."""
    tokens = program.connect(world.owner)
    wrong = {"oldpassword": "not the password", **NEW, "disconnect_apps": "on"}
    assert send(browser(world.owner), CHANGE, wrong, action=CHANGE).status_code == 200
    assert is_live(tokens["access_token"])


def test_case_263_a_forgotten_password_offers_it_too(program: Program, world: World) -> None:
    """Whoever lost the account gets it back whole, by the mailed link."""
    tokens = program.connect(world.owner)
    visitor = browser()
    send(visitor, "/accounts/password/reset/", {"email": world.owner.email})
    path = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert path
    target = visitor.get(path[1])["Location"]
    assert OFFER in text_of(visitor.get(target))
    send(visitor, target, {**NEW, "disconnect_apps": "on"}, action="-set-password/")
    assert not is_live(tokens["access_token"])
