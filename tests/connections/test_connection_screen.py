"""Configuration > API connections > API connection, as an administrator uses it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_django import Settings

from connections.models import ApiConnection, LinkedAccount
from consumers.outbound.addresses import validate_address
from tests.conftest import World
from tests.connections.conftest import PROGRAM_SECRET, SECRET, FracttalOne, error, link, tokens
from tests.connections.playing import playing
from tests.pages import browser, post, text_of

TAB = "/settings/api-connections/"
TEST = f"{TAB}test/"
NEW: dict[str, str] = {
    "kind": "fracttal_one",
    "api_url": "https://app.fracttal.com/api",
    "authorize_url": "https://one.fracttal.com/oauth/authorize",
    "token_url": "https://one.fracttal.com/oauth/token",
    "client_key": "key",
    "client_secret": SECRET,
    "confirm": "on",
}


def save(world: World, **changes: str) -> Any:
    fields = {name: value for name, value in (NEW | changes).items() if value != "-"}
    client = browser(world.owner)
    return post(client, TAB, fields)


def stored(world: World) -> ApiConnection | None:
    return ApiConnection.objects.filter(company=world.company).first()


# --- refused ---------------------------------------------------------------------------------


def test_only_who_may_configure_gets_in(world: World, connection: ApiConnection) -> None:
    colleague = browser(world.colleague)
    assert colleague.get(TAB).status_code == 403
    assert post(colleague, TAB, NEW).status_code == 403
    assert post(colleague, TEST).status_code == 403
    stranger = browser(world.stranger)
    assert connection.client_key not in text_of(stranger.get(TAB))
    assert post(stranger, TEST).status_code == 404
    kept = stored(world)
    assert kept is not None
    assert kept.client_key == "gateway"


@pytest.mark.parametrize(
    "url",
    [
        "", "app.fracttal.com/api", "ftp://app.fracttal.com/api", "javascript:alert(1)", "https://", "https://[",
        "http://app.fracttal.com/api", "https://user:pw@app.fracttal.com/api", "https://app.fracttal.com/api?x=1",
        "https://app.fracttal.com/api#x", "https://app.fracttal.com/api?", "https://app.fracttal.com/a/../b",
        "https://app.fracttal.com/%2e%2e/b", "https://app.fracttal.com\\@evil.example/", "https://é.example/api",
        "https://localhost/api", "https://127.0.0.1/api", "https://10.0.0.5/api", "https://192.168.1.1/api",
        "https://169.254.169.254/latest", "https://[::1]/api", "https://[::ffff:127.0.0.1]/api", "https://intranet/api",
        "https://printer.local/api", "https://db.internal/api", "https://localhost./api", "https://2130706433/api",
        "https://0x7f000001/api", "https://0177.0.0.1/api", "https://0.0.0.0/", "https://app.fracttal.com:99999/api",
        "https://app.fracttal.com/api\n", "https://app.fracttal.com/ap i", "https://a.example/" + "x" * 500,
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["api_url", "token_url"])
def test_addresses_that_are_no_public_https_are_refused(
    world: World, settings: Settings, url: str, name: str
) -> None:
    """OWASP API7: no scheme but https, no internal network, nothing that changes the path or the host."""
    if url.endswith("\n"):
        url = url.replace("/api\n", "/a\npi")
    settings.UPSTREAM_ON_PRIVATE_HOSTS = False
    response = save(world, **{name: url})
    assert response.status_code == 422
    assert stored(world) is None
    assert SECRET not in text_of(response)


def test_in_development_a_machine_of_ones_own_will_do(settings: Settings) -> None:
    settings.UPSTREAM_ON_PRIVATE_HOSTS = True
    assert validate_address("http://127.0.0.1:8000/api/") == "http://127.0.0.1:8000/api"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "another"},
        {"kind": "-"},
        {"confirm": "-"},
        {"client_key": "", "client_secret": ""},
        {"client_secret": ""},
        {"client_key": ""},
        {"program_key": "p"},
        {"program_secret": "s"},
        {"client_key": "a\u202eb"},
        {"client_secret": "a\0b"},
        {"scope": "x" * 501},
    ],
)
def test_an_incomplete_form_saves_nothing(world: World, changes: dict[str, str]) -> None:
    response = save(world, **changes)
    assert response.status_code == 422
    assert stored(world) is None
    assert SECRET not in text_of(response)


def test_without_keys_fracttal_one_cannot_be_chosen(world: World, settings: Settings) -> None:
    """Fail closed: an installation that cannot encrypt a secret stores none."""
    settings.UPSTREAM_KEYS = ""
    response = save(world)
    assert response.status_code == 422
    assert "UPSTREAM_KEYS" in text_of(response)
    assert stored(world) is None


@pytest.mark.parametrize("changes", [{"token_url": "https://evil.example/token"}, {"client_key": "other"}])
def test_a_kept_secret_goes_to_no_other_place(
    world: World, connection: ApiConnection, changes: dict[str, str]
) -> None:
    """A person who may configure but does not know the secret cannot have it sent to another server."""
    same = {
        name: getattr(connection, name) for name in ("api_url", "authorize_url", "token_url", "client_key")
    }
    fields = same | {"client_secret": "", "program_key": "", "program_secret": ""} | changes
    response = save(world, **fields)
    assert response.status_code == 422
    kept = stored(world)
    assert kept is not None
    assert (kept.token_url, kept.client_key) == (connection.token_url, "gateway")


# --- saved -----------------------------------------------------------------------------------


def test_the_form_offers_the_live_addresses(world: World) -> None:
    """docs/reference/fracttal-api.md#hosts."""
    page = text_of(browser(world.owner).get(TAB))
    for name in ("api_url", "authorize_url", "token_url"):
        assert f'value="{NEW[name]}"' in page
    assert "/profile/fracttal-one/callback" in page


def test_a_saved_secret_is_sealed_and_never_shown(world: World) -> None:
    response = save(world, program_key="program", program_secret=PROGRAM_SECRET)
    assert response.status_code == 302
    made = stored(world)
    assert made is not None
    assert made.is_remote
    assert (made.open_client_secret(), made.open_program_secret()) == (SECRET, PROGRAM_SECRET)
    assert made.updated_by == world.owner
    page = text_of(browser(world.owner).get(TAB))
    for value in (SECRET, PROGRAM_SECRET, made.client_secret, made.program_secret):
        assert value not in page


def test_an_empty_secret_keeps_the_old_one_and_the_links(world: World, connection: ApiConnection) -> None:
    link(connection, world.owner)
    same = {
        name: getattr(connection, name)
        for name in ("api_url", "authorize_url", "token_url", "client_key", "program_key")
    }
    assert save(world, **same, client_secret="", scope="api", confirm="-").status_code == 302
    kept = stored(world)
    assert kept is not None
    assert (kept.open_client_secret(), kept.scope, kept.remote_company_id) == (SECRET, "api", 1190)
    assert LinkedAccount.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"kind": "embedded"}, {"api_url": "https://other.example/api"}, {"client_key": "other"}]
)
def test_a_switch_is_confirmed_and_cuts_the_links(
    world: World, connection: ApiConnection, changes: dict[str, str]
) -> None:
    link(connection, world.owner)
    link(connection, world.colleague)
    same = {
        name: getattr(connection, name)
        for name in ("api_url", "authorize_url", "token_url", "client_key", "program_key")
    }
    assert save(world, **(same | changes), confirm="-").status_code == 422
    assert LinkedAccount.objects.count() == 2
    assert save(world, **(same | changes)).status_code == 302
    assert LinkedAccount.objects.count() == 0
    kept = stored(world)
    assert kept is not None
    assert kept.remote_company_id is None


def test_a_key_that_is_taken_out_takes_its_secret_along(world: World, connection: ApiConnection) -> None:
    same = {
        name: getattr(connection, name) for name in ("api_url", "authorize_url", "token_url", "client_key")
    }
    assert save(world, **same, program_key="").status_code == 302
    kept = stored(world)
    assert kept is not None
    assert kept.program_secret == ""


# --- Test connection -------------------------------------------------------------------------


def tried(world: World) -> str:
    """Press "Test connection" and return the page that answers."""
    return " ".join(text_of(post(browser(world.owner), TEST)).split())


NOT_FOUND = (404, b"<html>")
GOOD_CODE = error("invalid_grant")
EMPTY = (200, b'{"success": true, "data": [], "total": 0}')
REFUSED = (401, json.dumps({"success": False, "message": "UNAUTHORIZED"}).encode())


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            playing(error("invalid_client", 401), tokens(1)),
            "Users: Fracttal One does not accept the client ID",
        ),
        (playing(NOT_FOUND, tokens(1)), "Users: the token URL is not answering"),
        (playing(tokens(1), tokens(1)), "accepts any code"),
        (
            playing(GOOD_CODE, error("invalid_client", 401)),
            "Services: Fracttal One does not accept the client ID",
        ),
        (
            playing(GOOD_CODE, error("unauthorized_client")),
            "Services: Fracttal One does not accept the client ID",
        ),
        (playing(GOOD_CODE, (503, b"")), "Services: the token URL is not answering"),
        (playing(GOOD_CODE, tokens(1), REFUSED), "The API does not accept that token"),
        (playing(GOOD_CODE, tokens(1), EMPTY), "identifies the company"),
        (playing(GOOD_CODE, tokens(1), (500, b"")), "The API base URL is not answering"),
        (
            playing(GOOD_CODE, tokens(1), (200, b'{"success": true, "data": [{"id_company": 7}]}')),
            "belongs to company 7 at Fracttal One, but this connection belongs to company 1190",
        ),
    ],
)
def test_what_does_not_work_is_said_in_words(
    world: World, connection: ApiConnection, fracttal: FracttalOne, script: Any, words: str
) -> None:
    fracttal.script = script
    page = tried(world)
    assert words in page
    assert "badge bad" in page
    assert SECRET not in page


def test_what_works_is_said_and_the_company_is_remembered(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    ApiConnection.objects.update(remote_company_id=None)
    fracttal.script = playing(GOOD_CODE, tokens(1))
    page = tried(world)
    assert "badge bad" not in page
    assert page.count("works</span>") == 4
    assert "number there is 1190" in page
    assert ApiConnection.objects.get().remote_company_id == 1190


def test_without_a_consumer_for_programs_an_administrator_is_told_to_connect(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    ApiConnection.objects.update(remote_company_id=None, program_key="", program_secret="")
    fracttal.script = playing(GOOD_CODE, tokens(1))
    page = tried(world)
    assert "connect your own account" in page
    assert "client_credentials" not in repr(fracttal.token_requests)


def test_nothing_listens_there(world: World, connection: ApiConnection) -> None:
    ApiConnection.objects.update(token_url="http://127.0.0.1:9/oauth/token")
    assert tried(world).count("is not answering like Fracttal One") == 2
