"""Configuration > Security: pausing and resuming all writes by assistants."""

from __future__ import annotations

from accounts.models import PermissionGroup
from accounts.rights import ALL_RIGHTS
from accounts.security_policy import SecurityPolicy
from audit.models import Event
from tests.conftest import World
from tests.factories import MembershipFactory
from tests.pages import browser, post, send, text_of

SECURITY, PAUSE, RESUME = "/settings/security/", "/settings/security/pause/", "/settings/security/resume/"
BANNER = "Writes by assistants are paused."


def is_paused(world: World) -> bool:
    return SecurityPolicy.objects.filter(company=world.company).exclude(writes_paused_at=None).exists()


def test_only_administrators_pause_and_only_their_company(world: World) -> None:
    for path in (PAUSE, RESUME):
        assert post(browser(world.colleague), path).status_code == 403
        assert browser(world.owner).get(path).status_code == 405
        assert browser(world.owner).post(path).status_code == 403, "without the token of a form"
    assert post(browser(world.stranger), PAUSE).status_code == 302
    assert not is_paused(world)
    assert not Event.objects.filter(company_id=world.company.pk).exists()


def test_a_pause_shows_on_every_page_of_administrators_until_one_resumes(world: World) -> None:
    client = browser(world.owner)
    assert BANNER not in text_of(client.get("/"))
    assert send(client, SECURITY, {}, action=PAUSE)["Location"] == SECURITY
    assert is_paused(world)
    for path in ("/", "/profile/", SECURITY, "/settings/user-accounts/"):
        page = text_of(client.get(path))
        assert BANNER in page, path
        assert "Owner" in page
    for other in (world.colleague, world.stranger):
        assert BANNER not in text_of(browser(other).get("/"))
    assert send(client, "/", {}, action=RESUME).status_code == 302
    assert not is_paused(world)
    assert BANNER not in text_of(client.get("/"))


def test_a_pause_keeps_its_beginning_and_its_beginner(world: World) -> None:
    second = MembershipFactory(
        permission_group=PermissionGroup.objects.create(
            company=world.company, name="More", rights=sorted(ALL_RIGHTS)
        )
    ).user
    post(browser(world.owner), PAUSE)
    before = SecurityPolicy.objects.values().get(company=world.company)
    post(browser(second), PAUSE)
    assert SecurityPolicy.objects.values().get(company=world.company) == before
    post(browser(second), RESUME)
    post(browser(second), RESUME)
    recorded = list(
        Event.objects.filter(company_id=world.company.pk)
        .order_by("position")
        .values_list("kind", "user_email")
    )
    assert recorded == [
        ("settings.writes_paused", "owner@example.com"),
        ("settings.writes_resumed", second.email),
    ]
