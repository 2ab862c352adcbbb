"""Profile > Delete account."""

from __future__ import annotations

from accounts.models import Membership, User
from audit.models import Event
from audit.verification import verify
from consumers.models import AccessToken, AppAuthorization, Consumer, RefreshToken
from tests.conftest import World
from tests.consumers.conftest import Program, is_live
from tests.factories import PASSWORD
from tests.pages import browser, send, text_of

DELETE = "/profile/delete/"
GONE = "Your account is deleted."


def token_of(world: World, user: User) -> str:
    made = Consumer.objects.register(
        company=world.company, name="ChatGPT", authorization_grant_type="authorization-code",
        permission_group=world.owner_group, callback_urls=["https://chatgpt.com/connector/oauth/AbC123"],
    )  # fmt: skip
    token: str = Program(*made).connect(user)["access_token"]
    return token


def test_case_266_what_is_the_persons_own_goes_and_the_log_stays(world: World) -> None:
    """GDPR article 17, and article 17(3)(e): the log is kept for its time."""
    token = token_of(world, world.colleague)
    client, key = browser(world.colleague), world.colleague.pk
    page = text_of(client.get(DELETE))
    assert "This cannot be undone." in page
    assert "the log of each company" in " ".join(page.split())
    assert GONE in text_of(send(client, DELETE, {"password": PASSWORD}, follow=True))
    assert not User.objects.filter(pk=key).exists()
    assert not Membership.objects.filter(user_id=key).exists()
    assert not AppAuthorization.objects.filter(user_id=key).exists()
    assert not AccessToken.objects.filter(user_id=key).exists()
    assert not RefreshToken.objects.filter(user_id=key).exists()
    assert not is_live(token)
    assert client.get("/profile/").status_code == 302
    told = Event.objects.filter(company_id=world.company.pk, user_id=key)
    assert {"consent.given", "token.issued", "person.deleted"} <= set(told.values_list("kind", flat=True))
    assert verify(world.company.pk).broken == ""


def test_it_asks_for_the_password(world: World) -> None:
    client = browser(world.colleague)
    refused = send(client, DELETE, {"password": "not it"})
    assert refused.status_code == 422
    assert "That is not your password." in text_of(refused)
    for _ in range(5):
        last = send(client, DELETE, {"password": "not it"})
    assert "Too many attempts" in text_of(last)
    assert User.objects.filter(pk=world.colleague.pk).exists()
    assert browser(world.colleague).post(DELETE, {"password": PASSWORD}).status_code == 403, (
        "no token of a form"
    )


def test_the_last_administrator_stays(world: World) -> None:
    client = browser(world.owner)
    refused = send(client, DELETE, {"password": PASSWORD})
    assert refused.status_code == 422
    assert f"the configuration of {world.company.name}" in text_of(refused)
    assert Membership.objects.filter(user=world.owner, company=world.company).exists()
