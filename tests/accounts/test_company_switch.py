"""Configuration > Security: switching a whole company off and on."""

from __future__ import annotations

from accounts.security_policy import SecurityPolicy
from audit.models import Event
from tests.conftest import World
from tests.pages import browser, post, text_of

OFF, ON = "/settings/security/switch-off/", "/settings/security/switch-on/"
BANNER = "The company is switched off."


def is_off(world: World) -> bool:
    return SecurityPolicy.objects.filter(company=world.company).exclude(switched_off_at=None).exists()


def test_only_administrators_switch_and_only_their_company(world: World) -> None:
    for path in (OFF, ON):
        assert post(browser(world.colleague), path, {"confirmed": "1"}).status_code == 403
        assert browser(world.owner).get(path).status_code == 405
        assert browser(world.owner).post(path, {"confirmed": "1"}).status_code == 403, "no token of a form"
    post(browser(world.stranger), OFF, {"confirmed": "1"})
    assert not is_off(world)
    assert not Event.objects.filter(company_id=world.company.pk).exists()


def test_it_asks_first(world: World) -> None:
    page = post(browser(world.owner), OFF)
    assert page.status_code == 200
    assert "Switch the company off?" in text_of(page)
    assert not is_off(world)


def test_while_it_is_off_only_administrators_work_on_pages(world: World) -> None:
    admin, colleague = browser(world.owner), browser(world.colleague)
    assert post(admin, OFF, {"confirmed": "1"}).status_code == 302
    assert is_off(world)
    assert BANNER in text_of(admin.get("/settings/user-accounts/"))
    home = text_of(colleague.get("/"))
    assert f"Switched off at the moment: {world.company.name}." in home
    assert colleague.get("/settings/user-accounts/").status_code == 403
    assert BANNER not in text_of(browser(world.stranger).get("/"))
    assert post(admin, ON, {"confirmed": "1"}).status_code == 302
    assert not is_off(world)
    assert "Switched off" not in text_of(colleague.get("/"))
    kinds = (
        Event.objects.filter(company_id=world.company.pk)
        .order_by("position")
        .values_list("kind", "user_email")
    )
    assert list(kinds) == [
        ("settings.switched_off", "owner@example.com"),
        ("settings.switched_on", "owner@example.com"),
    ]
