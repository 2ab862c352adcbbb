"""Sign-in on the way to an app: which one, how to cancel, in which language."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from consumers.models import Grant, PendingRequest
from tests.accounts.signing_in import LOGIN, sign_in
from tests.conftest import World
from tests.consumers.conftest import CALLBACK, Program, Register, answer_of
from tests.pages import browser, send, text_of

SECRET = "JBSWY3DPEHPK3PXP"
SIGN_IN = {"en": "Sign in", "es": "Iniciar sesión", "pt-br": "Entrar"}


def page_of(client: Client, program: Program, **changes: str | None) -> Any:
    """Open the request. Return the sign-in page."""
    return client.get(client.get(program.address("", **changes))["Location"])


def words_of(page: Any) -> str:
    """Return the words between the heading and the end of the page, as a person reads them."""
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(page).partition("<h1")[2]).split())


def language_of(page: Any) -> str:
    found = re.search(r'<html lang="([^"]+)"', text_of(page))
    assert found
    return found[1]


def test_sign_in_says_for_which_app(register: Register) -> None:
    program = register(name="<b>Bot</b>")
    page = page_of(browser(), program)
    assert "to connect &lt;b&gt;Bot&lt;/b&gt; with Planta Demo" in words_of(page)
    assert "<b>Bot" not in text_of(page)


@pytest.mark.parametrize(
    "next_page",
    ["", "/", "/profile/", "/oauth/authorize/again/x", "https://chatgpt.com/", "/accounts/login/"],
)
def test_sign_in_for_nothing_names_nothing(program: Program, next_page: str) -> None:
    page = browser().get(LOGIN, {"next": next_page} if next_page else {})
    assert page.status_code == 200
    assert "ChatGPT" not in text_of(page)
    assert "Cancel" not in text_of(page)


def test_a_request_that_ended_or_is_no_longer_valid_names_nothing(program: Program) -> None:
    client = browser()
    address = client.get(program.address(""))["Location"]
    program.consumer.callback_urls = ["https://other.example/cb"]
    program.consumer.save()
    assert "ChatGPT" not in text_of(client.get(address))
    program.consumer.callback_urls = [CALLBACK]
    program.consumer.save()
    assert "ChatGPT" in text_of(client.get(address))
    PendingRequest.objects.update(again_until=timezone.now())
    assert "ChatGPT" not in text_of(client.get(address))


def test_of_a_program_with_a_document_only_its_host_is_named(allow: Register, world: World) -> None:
    """Which companies allow it is nobody's business before sign-in."""
    program = allow(name="Our secret editor")
    page = page_of(browser(), program)
    assert f"to connect the program described at {urlsplit(program.url).hostname}" in words_of(page)
    assert "Our secret editor" not in text_of(page)
    assert "Planta Demo" not in text_of(page)


def test_cancelling_tells_the_program(program: Program) -> None:
    client = browser()
    page = page_of(client, program, state="s & 2")
    link = re.search(r'href="([^"]+)">Cancel and go back to', text_of(page))
    assert link
    leave = link[1].replace("&amp;", "&")
    assert client.head(leave).status_code == 405
    assert not Event.objects.exists()
    back = urlsplit(client.get(leave)["Location"])
    event = Event.objects.get()
    assert (event.reason, event.user_id, event.consumer_id) == (
        "sign_in_cancelled", None, program.consumer.pk,
    )  # fmt: skip
    for _again in range(9):
        client.get(leave)
    assert Event.objects.count() == 5, "bounded, as every refusal"
    assert f"{back.scheme}://{back.netloc}{back.path}" == CALLBACK
    told = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "s & 2", "http://localhost:8000")


def test_each_step_names_the_app_and_a_recovery_code_ends_at_the_request(
    program: Program, world: World
) -> None:
    TOTP.activate(world.owner, SECRET)
    code = RecoveryCodes.activate(world.owner).get_unused_codes()[0]
    client = browser()
    address = client.get(program.address("", state="s-7"))["Location"]
    forgotten = re.search(r'href="([^"]+)"\s*>Forgot password', text_of(client.get(address)))
    assert forgotten
    assert "to connect ChatGPT" in words_of(client.get(forgotten[1].replace("&amp;", "&")))
    step = sign_in(client, world.owner.email, url=address)["Location"]
    assert "to connect ChatGPT with Planta Demo" in words_of(client.get(step))
    done = send(client, step, {"code": code}, action="/authenticate/")
    decided = send(client, done["Location"], {"decision": "approve"}, action="/oauth/authorize")
    assert answer_of(decided)["state"] == "s-7"
    assert Grant.objects.get().user == world.owner


def test_after_use_another_account_the_page_says_who_left(program: Program, world: World) -> None:
    client = browser(world.owner)
    consent = client.get(program.address())
    field = re.search(r'name="next" value="([^"]+)"', text_of(consent))
    assert field
    out = send(client, program.address(), {}, action="/logout/")
    signed_out = client.get(client.get(out["Location"])["Location"])
    assert f"You signed out as {world.owner.email}." in text_of(signed_out)
    assert "You signed out as" not in text_of(client.get(LOGIN)), "said once"


def test_an_ordinary_sign_out_says_nothing(world: World) -> None:
    client = browser(world.owner)
    send(client, "/", {}, action="/logout/")
    assert world.owner.email not in text_of(client.get(LOGIN))


# --- ui_locales -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "language"),
    [
        ("pt-BR", "pt-br"),
        ("pt", "pt-br"),
        ("pt-PT", "pt-br"),
        ("es-CO", "es"),
        ("ES", "es"),
        ("fr de es-419 pt-BR", "es"),
        ("pt-BR es", "pt-br"),
        ("fr", "en"),
        ("", "en"),
        ("x" * 600 + " es", "es"),
        ("\0 ../../etc %s \u202e es", "es"),
        (" ".join(["fr"] * 30) + " es", "en"),
    ],
)
def test_the_program_names_the_language_of_the_whole_way(
    program: Program, world: World, named: str, language: str
) -> None:
    """Tags in the order of preference (OpenID Connect Core §3.1.2.1); what is not served is passed over."""
    User.objects.filter(pk=world.owner.pk).update(language="")
    client = browser()
    address = client.get(program.address("", ui_locales=named))["Location"]
    page = client.get(address)
    assert language_of(page) == language
    assert f">{SIGN_IN[language]}</h1>" in text_of(page)
    wrong = sign_in(client, world.owner.email, "wrong password 123", url=address)
    assert language_of(wrong) == language
    consent = client.get(sign_in(client, world.owner.email, url=address)["Location"])
    assert language_of(consent) == language
    assert language_of(client.get("/")) == "en", "the rest of the site is as before"


def test_what_the_person_chose_counts_more(program: Program, world: World) -> None:
    """In the account, or in the menu of this browser."""
    assert language_of(browser(world.owner).get(program.address(ui_locales="pt-BR"))) == "en"
    client = browser()
    address = client.get(program.address("", ui_locales="pt-BR"))["Location"]
    assert language_of(client.get(address)) == "pt-br"
    send(client, address, {"language": "es"}, action="/language/")
    assert language_of(client.get(address)) == "es"


def test_the_browser_counts_less(program: Program) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="es")
    assert language_of(page_of(client, program, ui_locales="pt-BR")) == "pt-br"
    assert language_of(page_of(client, program)) == "es"


def test_error_pages_are_in_that_language_too_and_change_it(program: Program, world: World) -> None:
    """A page for a wrong callback; its menu keeps the reader on the same error."""
    User.objects.filter(pk=world.owner.pk).update(language="")
    for client in (Client(enforce_csrf_checks=True), browser(world.owner)):
        address = program.address(redirect_uri="https://chatgpt.com/wrong", ui_locales="pt-BR")
        page = client.get(address)
        assert (page.status_code, language_of(page)) == (400, "pt-br")
        chosen = send(client, address, {"language": "es"}, action="/language/")
        again = client.get(chosen["Location"])
        assert (again.status_code, language_of(again)) == (400, "es")
        assert "callback_unregistered" in text_of(again)


def test_only_a_member_learns_whom_to_ask(program: Program, world: World) -> None:
    address = program.address(redirect_uri="https://chatgpt.com/wrong")
    mail = f'href="mailto:{world.owner.email}"'
    assert mail in text_of(browser(world.colleague).get(address))
    assert mail not in text_of(browser(world.stranger).get(address))
    assert mail not in text_of(browser().get(address))
    program.consumer.enabled = False
    program.consumer.save()
    assert mail in text_of(browser(world.colleague).get(program.address()))
    assert mail not in text_of(browser(world.stranger).get(program.address()))


def test_only_administrators_who_can_sign_in_are_named(program: Program, world: World) -> None:
    world.owner.set_unusable_password()
    world.owner.save()
    page = browser(world.colleague).get(program.address(redirect_uri="https://chatgpt.com/wrong"))
    assert "mailto:" not in text_of(page)


def test_leaving_a_program_with_a_document_is_no_event_of_a_company(allow: Register) -> None:
    program = allow()
    client = browser()
    link = re.search(r'href="(/oauth/authorize/cancel[^"]+)"', text_of(page_of(client, program)))
    assert link
    answer = client.get(link[1].replace("&amp;", "&"))
    assert parse_qs(urlsplit(answer["Location"]).query)["error"] == ["access_denied"]
    assert not Event.objects.exists()


@pytest.mark.parametrize("where", ["", "/", "/oauth/authorize/again/x", "https://elsewhere.example/cb"])
def test_the_way_out_leads_nowhere_but_to_the_app_of_a_request(program: Program, where: str) -> None:
    answer = browser().get("/oauth/authorize/cancel", {"next": where})
    assert answer.status_code == 400
    assert not Event.objects.exists()
