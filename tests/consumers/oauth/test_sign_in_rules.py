"""A company's rules for signing in, where apps are approved and used."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from accounts.security_policy import SecurityPolicy
from audit.models import Event
from consumers.models import AppAuthorization
from tests.accounts.signing_in import SET_UP, finish_set_up, sign_in
from tests.conftest import World
from tests.consumers.conftest import Program, answer_of, decide, is_live, signed_in


def test_an_approval_waits_for_the_set_up_and_then_goes_on(program: Program, world: World) -> None:
    """In one browser, from the app's link to the app's callback, with a code that works."""
    SecurityPolicy.objects.create(company=world.company, two_step="everybody")
    browser = Client()
    to_sign_in = browser.get(program.address())
    behind_it = sign_in(browser, world.owner.email, url=to_sign_in["Location"])["Location"]
    assert behind_it.startswith("/oauth/authorize/again/")
    led = browser.get(behind_it)["Location"]
    assert led.startswith(SET_UP)
    consent = finish_set_up(browser, led)
    assert consent.status_code == 200
    code = answer_of(decide(browser, consent))["code"]
    assert program.redeem(code).status_code == 200


def test_no_approval_without_the_second_step(program: Program, world: World) -> None:
    browser = signed_in(world.owner)
    page = browser.get(program.address())
    SecurityPolicy.objects.create(company=world.company, two_step="everybody")
    assert decide(browser, page)["Location"].startswith(SET_UP)
    assert not AppAuthorization.objects.exists()


def test_an_app_that_wants_no_page_is_told_that_the_person_has_something_to_do(
    program: Program, world: World
) -> None:
    """OpenID Connect Core §3.1.2.6; anything else leads to the set-up, as before."""
    browser = signed_in(world.owner)
    assert answer_of(browser.get(program.address(prompt="none")))["error"] == "consent_required"
    SecurityPolicy.objects.create(company=world.company, two_step="everybody")
    told = answer_of(browser.get(program.address(prompt="none", state="s 1")))
    assert (told["error"], told["state"]) == ("interaction_required", "s 1")
    event = Event.objects.get(reason="interaction_required")
    assert (event.kind, event.outcome) == ("consent.request_refused", "refused")
    address = program.address()
    for query in ("nonesuch", "login&prompt=none", "none&prompt=login", "NONE"):
        answer = browser.get(f"{address}&prompt={query}")
        assert answer["Location"].startswith(SET_UP), query
    assert browser.post(program.address(prompt="none"), {"decision": "approve"}).status_code in {302, 403}
    assert not AppAuthorization.objects.exists()


def test_a_domain_that_is_not_allowed_connects_and_uses_nothing(program: Program, world: World) -> None:
    tokens = program.connect(world.colleague)
    assert is_live(tokens["access_token"])
    rules = SecurityPolicy.objects.create(company=world.company, allowed_domains=["elsewhere.example"])
    assert not is_live(tokens["access_token"])
    assert program.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    refused = signed_in(world.owner).get(program.address())
    assert refused.status_code == 403 or "Approve" not in refused.content.decode()
    for email in ("colleague@sub.elsewhere.example", "colleague@xelsewhere.example"):
        User.objects.filter(pk=world.colleague.pk).update(email=email)
        assert not is_live(tokens["access_token"]), email
    User.objects.filter(pk=world.colleague.pk).update(email="Colleague@Elsewhere.Example")
    assert is_live(tokens["access_token"])
    rules.delete()
    assert is_live(tokens["access_token"])
