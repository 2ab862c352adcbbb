"""Linking an account in a browser, against a real token endpoint and API."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from connections.models import ApiConnection, LinkAttempt, LinkedAccount
from consumers.models import AppAuthorization, AuthorizationRequest, Grant
from tests.conftest import World
from tests.connections.conftest import Answer, FracttalOne, error, link
from tests.connections.linked_company import CODE, LINK, with_company
from tests.consumers.conftest import Program, answer_of, decide, request_id, signed_in
from tests.consumers.conftest import program as program
from tests.consumers.conftest import register as register
from tests.factories import MembershipFactory
from tests.pages import browser, post, text_of


@pytest.fixture(autouse=True)
def fracttal_answers(fracttal: FracttalOne) -> None:
    fracttal.script = with_company()


def leave(client: Client, connection: ApiConnection, **more: str) -> dict[str, str]:
    """Press "Connect". Return the parameters of the URL at Fracttal One."""
    response = client.get(f"{LINK}connect", {"connection": str(connection.pk)} | more)
    assert response.status_code == 303, text_of(response)
    address = urlsplit(response["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == connection.authorize_url
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def come_back(client: Client, sent: dict[str, str], **changes: str | None) -> Any:
    fields = {"state": sent["state"], "code": CODE} | changes
    query = urlencode({name: value for name, value in fields.items() if value is not None})
    return client.get(f"{LINK}callback?{query}")


def problem(response: Any) -> str:
    assert response.status_code == 400, (response.status_code, response.headers)
    return text_of(response).partition("<code>")[2].partition("</code>")[0]


def owners(connection: ApiConnection) -> LinkedAccount | None:
    return LinkedAccount.objects.filter(connection=connection, user__email="owner@example.com").first()


# --- refused ---------------------------------------------------------------------------------


def test_a_state_counts_once_for_one_person_in_one_session(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """RFC 9700 §4.7: a state of another person or session, or a used, old or invented one, links nothing."""
    owner = signed_in(world.owner)
    sent = leave(owner, connection)
    for thief in (signed_in(world.owner), signed_in(world.colleague)):
        assert problem(come_back(thief, sent)) == "too_late"
    for state in ("", "x", "\0", sent["state"] + "x", "é" * 5000):
        assert problem(come_back(owner, sent, state=state)) == "too_late"
    assert fracttal.seen == []
    for _click in range(2):  # the second click gets the same answer and redeems nothing
        assert come_back(owner, sent)["Location"] == LINK
    for thief in (signed_in(world.owner), signed_in(world.colleague)):
        assert problem(come_back(thief, sent)) == "too_late"
    LinkedAccount.objects.all().delete()
    assert problem(come_back(owner, sent)) == "in_progress", "and never links again what was forgotten"
    LinkAttempt.objects.update(expires_at=timezone.now())
    assert problem(come_back(owner, sent)) == "too_late"
    sent = leave(owner, connection)
    LinkAttempt.objects.update(expires_at=timezone.now())
    assert problem(come_back(owner, sent)) == "too_late"
    assert len(fracttal.token_requests) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": None, "error": "access_denied"}, "refused"),
        ({"code": None, "error": "<script>alert(1)</script>"}, "not_allowed"),
        ({"code": None}, "not_allowed"),
        ({"code": "another"}, "code_refused"),
        ({"iss": "https://evil.example"}, "not_allowed"),
        ({"iss": "//["}, "not_allowed"),
        ({"error": "server_error"}, "not_allowed"),
    ],
)
def test_what_comes_back_wrong_links_nothing(
    world: World, connection: ApiConnection, changes: dict[str, str | None], code: str
) -> None:
    """RFC 6749 §4.1.2.1 and RFC 9207 §2.4; what was sent is never shown."""
    owner = signed_in(world.owner)
    response = come_back(owner, leave(owner, connection), **changes)
    assert problem(response) == code
    assert "<script>alert" not in text_of(response)
    assert owners(connection) is None


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error("invalid_client", 401), "consumer_refused"),
        (error("unauthorized_client"), "consumer_refused"),
        ((401, b""), "consumer_refused"),
        ((503, b""), "unavailable"),
        ((302, b""), "unavailable"),
        ((200, b"<html>"), "unavailable"),
        (None, "unavailable"),
    ],
)
def test_a_token_endpoint_that_gives_no_token_links_nothing(
    world: World, connection: ApiConnection, fracttal: FracttalOne, answer: Answer | None, code: str
) -> None:
    fracttal.script = lambda *_request: answer
    owner = signed_in(world.owner)
    assert problem(come_back(owner, leave(owner, connection))) == code
    assert owners(connection) is None


def test_case_212_an_account_of_another_company_is_not_linked(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """OWASP API1: the company behind the token is looked at before anything is kept."""
    fracttal.script = with_company(1191)
    owner = signed_in(world.owner)
    assert problem(come_back(owner, leave(owner, connection))) == "other_company"
    assert owners(connection) is None
    fracttal.script = with_company(None)
    assert problem(come_back(owner, leave(owner, connection))) == "company_unknown"
    assert owners(connection) is None


def test_the_first_link_decides_which_company_only_by_an_administrator(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    ApiConnection.objects.update(remote_company_id=None)
    colleague = signed_in(world.colleague)
    assert problem(come_back(colleague, leave(colleague, connection))) == "not_finished"
    assert ApiConnection.objects.get().remote_company_id is None
    owner = signed_in(world.owner)
    assert come_back(owner, leave(owner, connection)).status_code == 303
    assert ApiConnection.objects.get().remote_company_id == 1190
    assert come_back(colleague, leave(colleague, connection)).status_code == 303


def test_only_people_of_the_company_see_or_use_its_connection(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """Security case 148, for connections."""
    stranger = signed_in(world.stranger)
    assert "Planta Demo" not in text_of(stranger.get(LINK))
    for number in (connection.pk, 0, "x", "", 10**30):
        assert stranger.get(f"{LINK}connect", {"connection": number}).status_code == 404
    link(connection, world.owner)
    assert (
        post(browser(world.stranger), f"{LINK}disconnect", {"connection": connection.pk}).status_code == 404
    )
    assert owners(connection) is not None
    assert Client().get(LINK).status_code == 302


def test_a_person_who_left_the_company_meanwhile_links_nothing(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    colleague = signed_in(world.colleague)
    sent = leave(colleague, connection)
    world.company.memberships.filter(user=world.colleague).update(active=False)
    assert problem(come_back(colleague, sent)) == "too_late"
    assert fracttal.seen == []


def test_a_connection_that_was_switched_meanwhile_links_nothing(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    owner = signed_in(world.owner)
    sent = leave(owner, connection)
    ApiConnection.objects.update(kind=ApiConnection.Kind.EMBEDDED)
    assert problem(come_back(owner, sent)) == "too_late"
    assert owner.get(f"{LINK}connect", {"connection": connection.pk}).status_code == 404
    assert fracttal.seen == []


def test_without_keys_nobody_is_sent_anywhere(
    world: World, connection: ApiConnection, settings: Settings
) -> None:
    settings.UPSTREAM_KEYS = ""
    response = signed_in(world.owner).get(f"{LINK}connect", {"connection": connection.pk})
    assert problem(response) == "consumer_refused"


# --- linked ----------------------------------------------------------------------------------


def test_what_is_sent_and_what_is_kept(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """RFC 6749 §4.1.1, RFC 7636 §4.2 and RFC 8707 §2; nothing is stored in clear."""
    claims = base64.urlsafe_b64encode(json.dumps({"id_account": 77, "email": "there@example.com"}).encode())
    jwt = f"e30.{claims.decode().rstrip('=')}.c2ln"
    fracttal.script = with_company(access_token=jwt)
    owner = signed_in(world.owner)
    sent = leave(owner, connection)
    assert {name: sent[name] for name in ("response_type", "client_id", "redirect_uri", "resource")} == {
        "response_type": "code",
        "client_id": "gateway",
        "redirect_uri": f"{settings.PUBLIC_URL}{LINK}callback",
        "resource": connection.api_url,
    }
    assert sent["code_challenge_method"] == "S256"
    assert "scope" not in sent
    assert sent["state"] not in repr(LinkAttempt.objects.values().get())
    response = come_back(owner, sent)
    assert response["Location"] == LINK
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    exchanged = fracttal.token_requests[0]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(exchanged["code_verifier"].encode()).digest())
    assert challenge.rstrip(b"=").decode() == sent["code_challenge"]
    assert exchanged["redirect_uri"] == sent["redirect_uri"]
    kept = owners(connection)
    assert kept is not None
    assert (kept.open_access_token(), kept.open_refresh_token()) == (jwt, "refresh-1")
    assert (kept.account_id, kept.account_email) == (77, "there@example.com")
    assert LinkAttempt.objects.get().verifier == ""
    page = text_of(owner.get(LINK))
    assert "there@example.com" in page
    assert jwt not in page


@pytest.mark.parametrize(
    "token", ["a.b.c", "a.!!!.c", "..", "e30.W10.c", "e30.bnVsbA.c", "e30.eyJpZF9hY2NvdW50IjoieCJ9.c"]
)
def test_a_token_that_only_looks_like_a_jwt_says_nothing(
    world: World, connection: ApiConnection, fracttal: FracttalOne, token: str
) -> None:
    fracttal.script = with_company(access_token=token)
    owner = signed_in(world.owner)
    assert come_back(owner, leave(owner, connection)).status_code == 303
    kept = owners(connection)
    assert kept is not None
    assert (kept.account_id, kept.account_email) == (None, "")


def test_linking_again_brings_a_dead_link_back(world: World, connection: ApiConnection) -> None:
    old = link(connection, world.owner, dead_since=timezone.now(), lease=uuid.uuid4())
    owner = signed_in(world.owner)
    assert "must be connected again" in text_of(owner.get(LINK))
    assert come_back(owner, leave(owner, connection)).status_code == 303
    kept = owners(connection)
    assert kept is not None
    assert (kept.pk, kept.is_live, kept.lease, kept.generation) == (old.pk, True, None, 2)


def test_unlinking_asks_first_and_then_forgets(world: World, connection: ApiConnection) -> None:
    link(connection, world.owner)
    other = link(connection, world.colleague)
    client = browser(world.owner)
    asked = post(client, f"{LINK}disconnect", {"connection": connection.pk})
    assert "Planta Demo" in text_of(asked)
    assert owners(connection) is not None
    done = post(client, f"{LINK}disconnect", {"connection": connection.pk, "confirmed": "1"})
    assert done["Location"] == LINK
    assert list(LinkedAccount.objects.all()) == [other]


def test_few_attempts_of_a_person_are_kept(world: World, connection: ApiConnection) -> None:
    owner = signed_in(world.owner)
    sent = [leave(owner, connection) for _ in range(9)]
    assert LinkAttempt.objects.count() == 5
    assert come_back(owner, sent[-1]).status_code == 303


def test_every_code_of_a_problem_has_its_own_sentence() -> None:
    source = Path("templates/connections/link_problem.html").read_text(encoding="utf-8")
    for code in (
        "too_late", "in_progress", "refused", "code_refused", "consumer_refused", "token_refused",
        "company_unknown", "other_company", "not_finished", "unavailable",
    ):  # fmt: skip
        assert f'problem == "{code}"' in source


# --- between consent and the way back to the assistant ----------------------------------------


def approved(program: Program, user: User) -> tuple[Client, str]:
    """Approve as a person who then has to link. Return the browser and the URL of that step."""
    client = signed_in(user)
    response = decide(client, client.get(program.address("")), write=False)
    assert response.status_code == 303
    assert response["Location"].startswith(f"{LINK}?request=")
    return client, response["Location"]


def test_an_approval_without_a_link_gives_no_code_yet(
    world: World, connection: ApiConnection, program: Program
) -> None:
    client, step = approved(program, world.owner)
    assert not Grant.objects.exists()
    assert not AppAuthorization.objects.exists()
    finish = "/oauth/authorize/finish?" + urlsplit(step).query
    assert client.get(finish)["Location"] == step
    for other_session in (signed_in(world.owner), signed_in(world.colleague), Client()):
        assert "/oauth/authorize/again/" in other_session.get(finish)["Location"]
    for other in ("", "?request=", "?request=x", f"?request={uuid.uuid4()}"):
        assert client.get("/oauth/authorize/finish" + other).status_code == 400
    assert not Grant.objects.exists()


def test_a_request_that_nobody_approved_is_not_finished_by_its_address(
    world: World, connection: ApiConnection, program: Program
) -> None:
    link(connection, world.owner)
    client = signed_in(world.owner)
    page = client.get(program.address(""))
    assert client.get(f"/oauth/authorize/finish?request={request_id(page)}").status_code == 400
    assert not Grant.objects.exists()


def test_consent_then_link_then_back_to_the_assistant(
    world: World, connection: ApiConnection, program: Program
) -> None:
    client, step = approved(program, world.owner)
    page = client.get(step)
    assert page["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert "no-store" in page["Cache-Control"]
    assert "form-action" not in page["Content-Security-Policy"]  # "Refuse" redirects to the assistant
    waiting = parse_qs(urlsplit(step).query)["request"][0]
    sent = leave(client, connection, request=waiting)
    finish = come_back(client, sent)["Location"]
    answer = answer_of(client.get(finish))
    assert answer["state"] == "s-1"
    got = program.redeem(answer["code"]).json()
    assert got["scope"] == "maintenance:read offline_access"  # the person switched writing off before linking
    again = client.get(finish)  # the code was redeemed, so it is not sent again
    assert again.status_code == 200
    assert "has the access you approved" in text_of(again)
    assert Grant.objects.count() == 1


def test_a_link_that_fails_leaves_the_choice_to_try_again_or_refuse(
    world: World, connection: ApiConnection, program: Program
) -> None:
    client, step = approved(program, world.owner)
    waiting = parse_qs(urlsplit(step).query)["request"][0]
    sent = leave(client, connection, request=waiting)
    failed = come_back(client, sent, code=None, error="access_denied")
    assert problem(failed) == "refused"
    assert "Try again" in text_of(failed)
    refused = decide(client, failed, approve=False)
    assert answer_of(refused)["error"] == "access_denied"
    assert problem(come_back(client, leave(client, connection, request=waiting), state="x")) == "too_late"


def test_who_was_disabled_while_linking_gets_no_code(
    world: World, connection: ApiConnection, program: Program
) -> None:
    client, step = approved(program, world.owner)
    waiting = parse_qs(urlsplit(step).query)["request"][0]
    finish = come_back(client, leave(client, connection, request=waiting))["Location"]
    program.consumer.enabled = False
    program.consumer.save()
    assert client.get(finish).status_code == 403
    assert not Grant.objects.exists()


def test_who_is_linked_is_sent_back_at_once(
    world: World, connection: ApiConnection, program: Program
) -> None:
    link(connection, world.owner)
    assert program.connect(world.owner)["access_token"]
    LinkedAccount.objects.update(dead_since=timezone.now())
    approved(program, world.owner)


def test_a_consumer_of_another_company_asks_for_no_link(
    world: World, connection: ApiConnection, program: Program
) -> None:
    MembershipFactory(user=world.stranger, permission_group=world.owner_group)
    ApiConnection.objects.update(company=world.other_company)
    assert program.connect(world.stranger)["access_token"]


def test_a_consent_that_waited_too_long_is_over(
    world: World, connection: ApiConnection, program: Program
) -> None:
    client, step = approved(program, world.owner)
    AuthorizationRequest.objects.update(expires_at=timezone.now())
    assert client.get("/oauth/authorize/finish?" + urlsplit(step).query).status_code == 400


def test_the_tab_is_there_only_where_there_is_something_to_link(
    world: World, connection: ApiConnection
) -> None:
    """Of the person's companies one keeps its data at Fracttal One, or none does."""
    for person, there in ((world.owner, True), (world.colleague, True), (world.stranger, False)):
        page = text_of(browser(person).get("/profile/"))
        assert (f'href="{LINK}"' in page) == there
    ApiConnection.objects.update(kind=ApiConnection.Kind.EMBEDDED)
    assert f'href="{LINK}"' not in text_of(browser(world.owner).get("/profile/"))
