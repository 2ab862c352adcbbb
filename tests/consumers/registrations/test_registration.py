"""Programs that register themselves: RFC 7591, RFC 7592, and who decides about them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import Company
from audit.models import Event
from consumers.models import AppAuthorization, Consumer
from consumers.registrations import admission
from consumers.registrations.models import InitialAccessToken, Registration
from tests.audit.reading import events_since, last_event
from tests.conftest import World
from tests.consumers.conftest import caller, is_live, signed_in
from tests.consumers.registering import METADATA, program_of, rules_of, send, token_for, waiting

SERVER = "/.well-known/oauth-authorization-server"
XSS = '"><script>alert(1)</script>'


@pytest.fixture
def alone(world: World) -> World:
    """An installation with one company, which lets programs wait in its inbox."""
    Consumer.objects.all().delete()
    world.other_company.memberships.all().delete()
    world.other_company.permission_groups.all().delete()
    world.other_company.delete()
    rules_of(world.company)
    return world


def let_in(world: World) -> Consumer:
    registration = waiting()
    return admission.approve(
        registration.pk, world.company, registration.shown, world.owner_group, world.owner
    )


def test_a_program_without_a_name_is_called_by_its_host_however_long(alone: World) -> None:
    """RFC 1035 §2.3.4: a host name has up to 253 characters, and its end shows the owner."""
    host = f"{'claude-ai.' * 23}evil.example"
    metadata = {"redirect_uris": [f"https://{host}/cb"], "token_endpoint_auth_method": "none"}
    assert send("/oauth/register", metadata).status_code == 201
    consumer = let_in(alone)
    assert consumer.name.endswith(".evil.example")
    assert program_of({"client_id": consumer.client_id, **metadata}).connect(alone.owner)["access_token"]


def test_a_program_that_changes_its_name_does_not_undo_a_stop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The administrator disables the consumer while the program changes its metadata."""
    rules_of(world.company, "token")
    told = send("/oauth/register", METADATA, token_for(world.company, world.owner_group)).json()
    describe = admission.describe

    def disabled_meanwhile(*given: Any) -> None:
        Consumer.objects.update(enabled=False)
        describe(*given)

    monkeypatch.setattr(admission, "describe", disabled_meanwhile)
    path = told["registration_client_uri"].removeprefix(settings.PUBLIC_URL)
    new = METADATA | {"client_id": told["client_id"], "client_name": "n8n"}
    assert send(path, new, told["registration_access_token"], "put").status_code == 200
    assert (Consumer.objects.get().name, Consumer.objects.get().enabled) == ("n8n", False)


def test_below_the_registration_address_every_answer_is_for_programs() -> None:
    answer = Client().get("/oauth/register/a/b/c", headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")


# --- for which company ---------------------------------------------------------------------


def test_the_only_company_is_announced(alone: World) -> None:
    """RFC 8414 §2: exactly the address at which a program without a token may register."""
    assert Client().get(SERVER).json()["registration_endpoint"] == f"{settings.PUBLIC_URL}/oauth/register"
    assert send("/oauth/register", METADATA).status_code == 201
    assert waiting().company == alone.company


@pytest.mark.parametrize("mode", ["off", "token"])
def test_nothing_is_announced_that_would_be_refused(alone: World, mode: str) -> None:
    rules_of(alone.company, mode)
    assert "registration_endpoint" not in Client().get(SERVER).json()
    answer = send("/oauth/register", METADATA)
    assert answer.status_code == (403 if mode == "off" else 401)
    assert answer.json()["error"] == ("access_denied" if mode == "off" else "invalid_token")
    assert not Registration.objects.exists()


def test_of_several_companies_the_address_or_the_token_names_one(world: World) -> None:
    rules = rules_of(world.company)
    rules_of(world.other_company, "off")
    assert "registration_endpoint" not in Client().get(SERVER).json()
    assert send("/oauth/register", METADATA).status_code == 403
    assert send("/register", METADATA).status_code == 403
    assert send("/oauth/register/0123456789abcdef", METADATA).status_code == 403
    assert send(f"/oauth/register/{rules.address}", METADATA).status_code == 201
    assert waiting().company == world.company
    theirs = token_for(world.other_company, world.stranger_group)
    assert send("/oauth/register", METADATA, theirs).status_code == 403, "switched off"
    other = rules_of(world.other_company, "token")
    assert send(f"/oauth/register/{rules.address}", METADATA, theirs).status_code == 403, "of another company"
    for path in ("/oauth/register", f"/oauth/register/{other.address}"):
        told = send(path, METADATA, theirs).json()
        assert Consumer.objects.get(client_id=told["client_id"]).company == world.other_company


# --- with the approval of an administrator ---------------------------------------------------


def test_a_program_waits_and_then_connects(alone: World) -> None:
    """RFC 7591 §3.2.1: the secret is told once; Copilot Studio sends and needs this form."""
    answer = send("/oauth/register", METADATA)
    told = answer.json()
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert told["client_secret"].startswith("fms_")
    assert told["client_secret_expires_at"] == 0
    assert abs(told["client_id_issued_at"] - timezone.now().timestamp()) < 60
    for name in (
        "client_name",
        "redirect_uris",
        "token_endpoint_auth_method",
        "client_uri",
        "response_types",
    ):
        assert told[name] == METADATA[name]
    assert told["grant_types"] == ["authorization_code", "refresh_token"], "what is served of what was asked"
    assert "application_type" not in told
    assert not Consumer.objects.exists()

    query = "/oauth/authorize?response_type=code&client_id=" + told["client_id"]
    for browser in (Client(), signed_in(alone.owner)):
        page = browser.get(query)
        assert page.status_code == 403
        assert b"<code>registration_waits</code>" in page.content
        assert "Location" not in page
    refused = Client().post(
        "/oauth/token",
        f"grant_type=refresh_token&refresh_token=fmr_x&client_id={told['client_id']}"
        f"&client_secret={told['client_secret']}",
        content_type="application/x-www-form-urlencoded",
    )
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")

    consumer = let_in(alone)
    assert (consumer.permission_group, consumer.created_by) == (alone.owner_group, alone.owner)
    program = program_of(told)
    tokens = program.connect(alone.owner)
    assert caller(tokens["access_token"]).user_id == alone.owner.pk
    assert program.refresh(tokens["refresh_token"]).status_code == 200
    assert program.refresh(tokens["refresh_token"], client_secret="fms_" + "x" * 43).status_code == 401


def test_a_public_program_gets_no_secret(alone: World) -> None:
    told = send(
        "/oauth/register",
        METADATA | {"token_endpoint_auth_method": "none", "redirect_uris": ["http://127.0.0.1:33418"]},
    ).json()
    assert "client_secret" not in told
    let_in(alone)
    program = program_of(told)
    program.callback = "http://127.0.0.1:50000/"  # RFC 8252 §7.3
    assert is_live(program.connect(alone.owner)["access_token"])


def test_rfc_7591_default_of_the_authentication_method(alone: World) -> None:
    """RFC 7591 §2: without token_endpoint_auth_method it is client_secret_basic."""
    told = send("/oauth/register", {"redirect_uris": METADATA["redirect_uris"]}).json()
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["client_name"] == "global.consent.azure-apim.net", "a name that nobody can invent"


def test_a_refused_program_stays_out(alone: World) -> None:
    told = send("/oauth/register", METADATA).json()
    registration = waiting()
    admission.refuse(registration.pk, alone.company, registration.shown, alone.owner)
    page = Client().get("/oauth/authorize?client_id=" + told["client_id"])
    assert b"<code>registration_refused</code>" in page.content
    with pytest.raises(admission.ChangedMeanwhile):
        admission.approve(registration.pk, alone.company, "other", alone.owner_group, alone.owner)


def test_an_administrator_of_another_company_decides_nothing(world: World) -> None:
    rules = rules_of(world.company)
    send(f"/oauth/register/{rules.address}", METADATA)
    registration = waiting()
    with pytest.raises(admission.ChangedMeanwhile):
        admission.approve(
            registration.pk, world.other_company, registration.shown, world.stranger_group, world.stranger
        )


def test_what_changes_after_it_was_shown_is_not_let_in(alone: World) -> None:
    """A program that changes its callback between the page and the click."""
    told = send("/oauth/register", METADATA).json()
    shown = waiting().shown
    changed = {"client_id": told["client_id"], "redirect_uris": ["https://evil.example/cb"]}
    path = told["registration_client_uri"].removeprefix(settings.PUBLIC_URL)
    before = last_event()
    answer = send(path, changed, told["registration_access_token"], "put")
    assert answer.status_code == 200, answer.content
    assert events_since(before, alone.company.pk) == [("consumer.changed", "done", "", "", "")]
    with pytest.raises(admission.ChangedMeanwhile):
        admission.approve(waiting().pk, alone.company, shown, alone.owner_group, alone.owner)
    assert not Consumer.objects.exists()


# --- with an initial access token -------------------------------------------------------------


def test_a_token_lets_in_at_once_with_its_group(world: World) -> None:
    """RFC 7591 §3: an initial access token in the Authorization header."""
    rules_of(world.company, "token")
    token = token_for(world.company, world.colleague_group)
    told = send("/oauth/register", METADATA, token).json()
    consumer = Consumer.objects.get(client_id=told["client_id"])
    assert consumer.permission_group == world.colleague_group
    assert is_live(program_of(told).connect(world.owner)["access_token"])
    kept = InitialAccessToken.objects.get()
    assert kept.last_used_at is not None
    assert token not in str(vars(kept))


@pytest.mark.parametrize("why", ["unknown", "expired", "revoked", "secret", "key", "empty"])
def test_a_wrong_token_registers_nothing(world: World, why: str) -> None:
    """RFC 6750 §3.1: invalid_token, 401, with a challenge."""
    rules_of(world.company)
    token = token_for(world.company, world.colleague_group, days=-1 if why == "expired" else 1)
    if why == "revoked":
        InitialAccessToken.objects.update(revoked_at=timezone.now())
    if why not in {"expired", "revoked"}:
        token = {"unknown": "fmd_" + "x" * 43, "secret": "fms_" + "x" * 43, "key": "fmk_x", "empty": " "}[why]
    answer = send("/oauth/register", METADATA, token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert not Registration.objects.exists()


# --- case 128 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "http://example.com/cb",
        "https://10.0.0.1/cb", "https://user@example.com/cb", "https://*.example.com/cb", "https://example.com",
        "https://example.com/cb#x", "HTTPS://example.com/cb", "https://example.com/\u0000", " https://a.example/cb",
        "myapp:/cb", "",
    ],
)  # fmt: skip
def test_case_128_redirect_uris_are_held_to_the_same_rules(alone: World, uri: str) -> None:
    """RFC 7591 §3.2.2: invalid_redirect_uri; one bad address refuses all."""
    answer = send("/oauth/register", METADATA | {"redirect_uris": [*METADATA["redirect_uris"], uri]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": ["none"]},
        {"grant_types": ["client_credentials"]},
        {"grant_types": ["password"]},
        {"grant_types": "authorization_code"},
        {"response_types": ["token"]},
        {"client_name": {"en": "x"}},
        {"redirect_uris": "https://a.example/cb"},
        {"redirect_uris": []},
        {"redirect_uris": [1]},
        {"redirect_uris": [f"https://a.example/{n}" for n in range(21)]},
    ],
)
def test_case_128_metadata_that_cannot_work_is_refused(alone: World, changes: dict[str, Any]) -> None:
    """RFC 7591 §3.2.2: 400 with an error of the list."""
    answer = send("/oauth/register", METADATA | changes)
    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_client_metadata", "invalid_redirect_uri"}
    assert answer.json()["error_description"].endswith(".")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400), (b"{", 400), (b"[]", 400), (b"null", 400), (b"\xff", 400), (b"[" * 9_000, 400),
        (json.dumps({"client_name": "x" * 1_000_000}).encode(), 413),
    ],
)  # fmt: skip
def test_case_128_bodies_that_are_no_metadata(alone: World, body: bytes, status: int) -> None:
    """RFC 7591 §3.1: one JSON object, of 16 KiB at most."""
    answer = send("/oauth/register", body)
    assert (answer.status_code, answer.json()["error"]) == (status, "invalid_client_metadata")
    two_types = "application/json, application/json"
    twice = Client().generic("POST", "/oauth/register", body, content_type=two_types)
    assert twice.status_code == status
    form = Client().post("/oauth/register", {"client_name": "x"})
    assert (form.status_code, form.json()["error"]) == (415, "invalid_client_metadata")


def test_case_128_texts_are_short_and_escaped(alone: World) -> None:
    """Names and links are claims of a stranger, shown to an administrator and on the consent page."""
    answer = send(
        "/oauth/register",
        METADATA
        | {
            "client_name": XSS + "\u202eevil\u0000\n" + "x" * 500,
            "client_uri": "javascript:alert(1)",
            "policy_uri": "http://10.0.0.1/",
            "tos_uri": "https://user@example.com/",
        },
    )
    told = answer.json()
    assert answer.status_code == 201
    assert len(told["client_name"]) <= 80
    assert told["client_name"].isprintable()
    assert not {"client_uri", "policy_uri", "tos_uri"} & told.keys()
    inbox = signed_in(alone.owner).get("/settings/api-connections/registration/").content.decode()
    assert "<script>alert(1)" not in inbox
    assert "&lt;script&gt;alert(1)" in inbox
    let_in(alone)
    page = signed_in(alone.owner).get(program_of(told).address()).content.decode()
    assert "<script>alert(1)" not in page
    assert "It registered itself" in page


def test_case_128_ten_thousand_registrations(alone: World) -> None:
    """Limits by address and by company; who reached one hears when to come again."""
    answers = [send("/oauth/register", METADATA, REMOTE_ADDR="192.0.2.7") for _ in range(40)]
    assert [answer.status_code for answer in answers[:5]] == [201] * 5
    assert {answer.status_code for answer in answers[5:]} == {429}
    assert all(int(answer["Retry-After"]) > 0 for answer in answers[5:])
    assert send("/oauth/register", METADATA, REMOTE_ADDR="192.0.2.8").status_code == 201, "others still may"
    same_line = [send("/oauth/register", METADATA, REMOTE_ADDR=f"2001:db8::{n:x}") for n in range(1, 9)]
    assert [answer.status_code for answer in same_line] == [201] * 5 + [429] * 3
    for n in range(1, 200):
        send("/oauth/register", METADATA, REMOTE_ADDR=f"2001:db8:0:{n:x}::1")
    assert Registration.objects.count() == admission.MOST_WAITING == 50


def test_case_128_the_secret_is_in_the_answer_only(alone: World, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the database nor the log nor a later answer has it."""
    told = send("/oauth/register", METADATA).json()
    let_in(alone)
    with connection.cursor() as cursor:
        for table in (Registration._meta.db_table, Consumer._meta.db_table):
            cursor.execute(f"SELECT * FROM {table}")
            stored = str(cursor.fetchall())
            for secret in (told["client_secret"], told["registration_access_token"]):
                assert secret not in stored
                assert secret not in caplog.text
    path = told["registration_client_uri"].removeprefix(settings.PUBLIC_URL)
    again = send(path, "", told["registration_access_token"], "get").json()
    assert "client_secret" not in again


def test_case_250_a_program_sets_nothing_but_its_metadata(world: World) -> None:
    """API3: what else is sent is left out, also by a program that is let in at once."""
    rules_of(world.company, "token")
    wishes = {
        "client_id": "fmk_chosen", "client_secret": "chosen", "company": world.other_company.pk,
        "permission_group": world.owner_group.pk, "skip_authorization": True, "hash_client_secret": False,
        "enabled": False, "toolsets": ["inventory_writes"], "metadata_url": "https://evil.example/c.json",
        "registration_access_token": "fmg_chosen", "decided_at": "2026-01-01", "way": "host",
    }  # fmt: skip
    told = send("/oauth/register", METADATA | wishes, token_for(world.company, world.colleague_group)).json()
    consumer = Consumer.objects.get()
    assert told["client_id"] == consumer.client_id != "fmk_chosen"
    assert told["client_secret"].startswith("fms_")
    assert (consumer.company, consumer.permission_group) == (world.company, world.colleague_group)
    assert (consumer.skip_authorization, consumer.enabled) == (False, True)
    assert (consumer.toolsets, consumer.metadata_url) == ([], "")
    assert consumer.registration.way == Registration.Way.TOKEN


def test_case_131_a_registered_program_of_this_computer_is_warned_of(alone: World) -> None:
    """RFC 8252 §8.6, on the consent page; a program with an https callback is not."""
    warning = "Any program on this computer could pretend to be this one"
    for uris, warned in (
        (["http://localhost:1234/cb", "cursor://anysphere.cursor-mcp/oauth/callback"], True),
        (METADATA["redirect_uris"], False),
    ):
        told = send("/oauth/register", METADATA | {"redirect_uris": uris}).json()
        let_in(alone)
        page = signed_in(alone.owner).get(program_of(told).address()).content.decode()
        assert (warning in page) is warned


# --- RFC 7592 ------------------------------------------------------------------------------------


def test_rfc_7592_read_update_delete(world: World) -> None:
    """RFC 7592 §2.1 to §2.3, with the registration access token of a program that came with a token."""
    rules_of(world.company, "token")
    token = token_for(world.company, world.owner_group)
    told = send("/oauth/register", METADATA, token).json()
    path, mine = (
        told["registration_client_uri"].removeprefix(settings.PUBLIC_URL),
        told["registration_access_token"],
    )
    read = send(path, "", mine, "get")
    assert read.json() == {
        name: value for name, value in told.items() if not name.startswith("client_secret")
    }
    program = program_of(told)
    tokens = program.connect(world.owner)

    new = METADATA | {"client_id": told["client_id"], "redirect_uris": ["https://n8n.example.com/cb"]}
    before = last_event()
    assert send(path, METADATA | {"client_id": told["client_id"]}, mine, "put").status_code == 200
    assert last_event() == before, "nothing changed"
    answer = send(path, new | {"client_secret": told["client_secret"]}, mine, "put")
    assert answer.status_code == 200, answer.content
    assert answer.json()["redirect_uris"] == ["https://n8n.example.com/cb"]
    assert Consumer.objects.get().callback_urls == ["https://n8n.example.com/cb"]
    for wrong in (
        {"client_id": "fmk_other"},
        {"client_secret": "chosen"},
        {"token_endpoint_auth_method": "none"},
        {"redirect_uris": ["http://example.com/"]},
    ):
        refused = send(path, new | wrong, mine, "put")
        assert refused.status_code == 400, wrong
    assert Consumer.objects.get().callback_urls == ["https://n8n.example.com/cb"]
    assert events_since(before, world.company.pk) == [("consumer.changed", "done", "", "", "Copilot")]
    event = Event.objects.latest("pk")
    assert event.changes == {"callback_urls": [METADATA["redirect_uris"], ["https://n8n.example.com/cb"]]}
    assert event.facts == {"by": "program"}

    assert send(path, "", mine, "delete").status_code == 204
    assert not is_live(tokens["access_token"])
    assert not Consumer.objects.exists()
    assert not AppAuthorization.objects.exists()
    assert send(path, "", mine, "get").status_code == 401, "RFC 7592 §2.3: the token is of no use any more"


def test_rfc_7592_what_an_administrator_decided_by_stays(alone: World) -> None:
    told = send("/oauth/register", METADATA).json()
    path = told["registration_client_uri"].removeprefix(settings.PUBLIC_URL)
    let_in(alone)
    same = METADATA | {"client_id": told["client_id"]}
    before = last_event()
    for changes, status in (
        ({}, 200),
        ({"redirect_uris": ["https://evil.example/cb"]}, 400),
        ({"client_name": "ChatGPT"}, 400),
        ({"policy_uri": "https://evil.example/"}, 400),
    ):
        assert send(path, same | changes, told["registration_access_token"], "put").status_code == status
    assert events_since(before, alone.company.pk) == []
    assert Consumer.objects.get().callback_urls == METADATA["redirect_uris"]


def test_rfc_7592_each_token_opens_its_own_registration(alone: World) -> None:
    first, second = (send("/oauth/register", METADATA).json() for _ in range(2))
    path = first["registration_client_uri"].removeprefix(settings.PUBLIC_URL)
    for wrong in (second["registration_access_token"], first["client_secret"], "", "fmg_" + "x" * 43):
        for method in ("get", "put", "delete"):
            answer = send(path, {}, wrong, method)
            assert answer.status_code in {401, 429}, (wrong, method)
    assert Registration.objects.count() == 2


# --- clearing --------------------------------------------------------------------------------------


def test_what_nobody_uses_expires(alone: World) -> None:
    """Waiting for 30 days, or admitted and unused for REGISTERED_UNUSED_DAYS; never those created by hand."""
    by_hand, _secret = Consumer.objects.register(
        company=alone.company, name="By hand", authorization_grant_type=Consumer.GRANT_AUTHORIZATION_CODE,
        permission_group=alone.owner_group,
    )  # fmt: skip
    for _ in range(3):
        send("/oauth/register", METADATA)
    old, used, waits = Registration.objects.all()
    for registration in (old, used):
        admission.approve(registration.pk, alone.company, registration.shown, alone.owner_group, alone.owner)
    long_ago = timezone.now() - dt.timedelta(days=91)
    Registration.objects.exclude(pk=waits.pk).update(decided_at=long_ago, created_at=long_ago)
    used.refresh_from_db()
    assert used.consumer_id is not None
    Consumer.objects.filter(pk=used.consumer_id).update(last_used_at=timezone.now())
    Registration.objects.filter(pk=waits.pk).update(created_at=timezone.now() - dt.timedelta(days=29))
    call_command("clear_expired_tokens")
    assert set(Registration.objects.all()) == {used, waits}
    assert Consumer.objects.filter(pk=by_hand.pk).exists()
    Registration.objects.filter(pk=waits.pk).update(created_at=timezone.now() - dt.timedelta(days=31))
    Consumer.objects.update(last_used_at=long_ago)
    with override_settings(REGISTERED_UNUSED_DAYS=0):
        call_command("clear_expired_tokens")
    assert set(Registration.objects.all()) == {used}
    assert Company.objects.count() == 1


def test_changes_are_bounded_as_registrations_are(alone: World) -> None:
    """Each change is a row of the log, so a program cannot write as many as it likes."""
    told = send("/oauth/register", METADATA).json()
    path = told["registration_client_uri"].removeprefix(settings.PUBLIC_URL)
    before = last_event()
    changed = [METADATA | {"client_id": told["client_id"], "client_name": f"Name {n}"} for n in range(30)]
    answers = [send(path, each, told["registration_access_token"], "put") for each in changed]
    assert [answer.status_code for answer in answers] == [200] * 19 + [429] * 11
    assert len(events_since(before, alone.company.pk)) == 19
    assert waiting().name == "Name 18"
