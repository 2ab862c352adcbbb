"""create_consumer and list_consumers."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from consumers.models import AccessToken, AuthorizationRequest, Consumer, Grant, PendingRequest, RefreshToken
from consumers.registrations.models import Registration
from tests.conftest import World
from tests.consumers.conftest import CALLBACK, Program


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def create(*more: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(
        run(
            "create_consumer",
            "--company",
            "demo",
            "--name",
            "ChatGPT",
            "--group",
            "Administrators",
            "--json",
            *more,
        )
    )
    return made


def test_a_created_consumer_works(world: World) -> None:
    made = create(
        "--grant", "authorization-code", "--callback", CALLBACK, "--callback", "https://claude.ai/cb"
    )
    assert set(made) == {"key", "secret", "mcp_url"}
    assert made["mcp_url"] == settings.MCP_RESOURCE
    assert made["key"].startswith("fmk_")
    assert made["secret"].startswith("fms_")
    consumer = Consumer.objects.get(client_id=made["key"])
    assert consumer.callback_urls == [CALLBACK, "https://claude.ai/cb"]
    assert [secret.hint for secret in consumer.kept_secrets] == [made["secret"][-4:]]
    assert Program(consumer, made["secret"]).connect(world.owner)["access_token"]


def test_a_program_that_waited_and_is_registered_here_waits_no_more(world: World) -> None:
    url = "https://claude.ai/oauth/claude-code-client-metadata"
    Registration.objects.create(company=world.company, way="person", client_id=url, name="Claude Code")
    create("--grant", "authorization-code", "--metadata-url", url)
    assert not Registration.objects.exists()


def test_a_program_and_a_public_client(world: World) -> None:
    program = create("--grant", "client-credentials")
    answer = Program(Consumer.objects.get(client_id=program["key"]), program["secret"]).token(
        grant_type="client_credentials"
    )
    assert answer.status_code == 200
    public = create("--grant", "authorization-code", "--public")
    assert public["secret"] is None
    assert Consumer.objects.get(client_id=public["key"]).is_public


def test_a_metadata_url_needs_no_secret(world: World) -> None:
    url = "https://program.example/oauth/client.json"
    made = create("--grant", "authorization-code", "--metadata-url", url)
    assert made["secret"] is None
    (row,) = json.loads(run("list_consumers", "--json"))
    assert (row["metadata_url"], row["public"], row["callbacks"]) == (url, True, [])
    assert url in run("list_consumers")
    with pytest.raises(CommandError, match="has this metadata URL"):
        create("--grant", "authorization-code", "--metadata-url", url)
    with pytest.raises(CommandError, match="can have a metadata URL"):
        create("--grant", "client-credentials", "--metadata-url", f"{url}?2")
    with pytest.raises(CommandError, match="public URL"):
        create("--grant", "authorization-code", "--metadata-url", "http://program.example/c.json")


def test_without_json_the_secret_is_printed_once(world: World) -> None:
    text = run(
        "create_consumer", "--company", "demo", "--name", "X", "--grant", "authorization-code",
        "--group", "Readers",
    )  # fmt: skip
    assert "fms_" in text
    assert settings.MCP_RESOURCE in text
    assert "fms_" not in run("list_consumers", "--json")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--company": "nowhere"}, "no company"),
        ({"--group": "Nobody"}, "It has: "),
        ({"--group": "Administrators", "--callback": "http://example.com/cb"}, "https://"),
        ({"--name": ""}, "blank"),
    ],
)
def test_mistakes_are_explained(world: World, changes: dict[str, str], words: str) -> None:
    options = {
        "--company": "demo",
        "--name": "X",
        "--grant": "authorization-code",
        "--group": "Readers",
    } | changes
    with pytest.raises(CommandError, match=words):
        run("create_consumer", *(part for option in options.items() for part in option))
    assert not Consumer.objects.exists()


def test_list(world: World, program: Program) -> None:
    rows = json.loads(run("list_consumers", "--company", "demo", "--json"))
    assert [row["key"] for row in rows] == [program.key]
    assert [secret["hint"] for secret in rows[0]["secrets"]] == [program.secret[-4:]]
    assert json.loads(run("list_consumers", "--company", "other", "--json")) == []
    assert program.key in run("list_consumers")


def test_clearing_keeps_what_recognises_a_replay(world: World, program: Program) -> None:
    code = program.code(world.owner)
    first = program.redeem(code).json()
    program.refresh(first["refresh_token"])
    gone = timezone.now() - dt.timedelta(hours=1)
    AccessToken.objects.update(expires=gone)
    Grant.objects.update(expires=gone)
    run("clear_expired_tokens")
    assert not AccessToken.objects.exists()
    assert RefreshToken.objects.count() == 2
    assert program.redeem(code).json()["error"] == "invalid_grant"
    assert not RefreshToken.objects.filter(revoked=None).exists(), "the replay was recognised"
    assert not Grant.objects.exists(), "with its authorization gone, no mark is needed"
    RefreshToken.objects.update(expires=gone)
    AuthorizationRequest.objects.update(expires_at=gone)
    PendingRequest.objects.update(expires_at=gone)
    assert run("clear_expired_tokens").split() == [
        "AuthorizationRequest:", "1", "PendingRequest:", "1", "LinkAttempt:", "0",
        "InitialAccessToken:", "0", "KeptAnswer:", "0", "Grant:", "0", "AccessToken:", "0",
        "RefreshToken:", "2", "HandshakeEvent:", "0", "ParkedCallback:", "0",
        "Registration:", "0", "Consumer:", "0", "Secrets", "about", "to", "expire:", "0",
    ]  # fmt: skip
